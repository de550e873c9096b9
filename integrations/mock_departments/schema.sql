-- The pretended departments' own durable record. Times are unix seconds unless the name says otherwise.
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS requests (
  id INTEGER PRIMARY KEY, at REAL NOT NULL, dept TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, key TEXT,
  headers TEXT NOT NULL, body BLOB NOT NULL, status INTEGER, answer BLOB, note TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS requests_by_key ON requests (dept, key);
CREATE TABLE IF NOT EXISTS nonces (key_id TEXT NOT NULL, nonce TEXT NOT NULL, at REAL NOT NULL, PRIMARY KEY (key_id, nonce)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers (
  dept TEXT NOT NULL, key TEXT NOT NULL, path TEXT NOT NULL, body_sha256 TEXT NOT NULL, status INTEGER NOT NULL, answer BLOB NOT NULL,
  PRIMARY KEY (dept, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS applications (
  dept TEXT NOT NULL, key TEXT NOT NULL, sub_id TEXT NOT NULL, receipt_no TEXT NOT NULL, filed_at REAL NOT NULL,
  bundle TEXT NOT NULL, item TEXT NOT NULL, matter TEXT NOT NULL, body TEXT NOT NULL, script TEXT NOT NULL,
  status TEXT NOT NULL, result TEXT NOT NULL DEFAULT '{}', reasons TEXT NOT NULL DEFAULT '[]', findings TEXT NOT NULL DEFAULT '[]',
  seq INTEGER NOT NULL DEFAULT 0, round INTEGER NOT NULL DEFAULT 0, looks INTEGER NOT NULL DEFAULT 0,
  step TEXT, next_at REAL, PRIMARY KEY (dept, key)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS applications_by_sub ON applications (sub_id);
CREATE INDEX IF NOT EXISTS applications_by_receipt ON applications (receipt_no);
CREATE INDEX IF NOT EXISTS applications_by_state ON applications (dept, status);
CREATE INDEX IF NOT EXISTS applications_by_filing ON applications (filed_at, key);
CREATE INDEX IF NOT EXISTS applications_due ON applications (next_at) WHERE next_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS effects (
  id INTEGER PRIMARY KEY, at REAL NOT NULL, dept TEXT NOT NULL, key TEXT NOT NULL, sub_id TEXT NOT NULL, effect TEXT NOT NULL, detail TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS effects_by_key ON effects (dept, key);
CREATE TABLE IF NOT EXISTS callbacks (
  id INTEGER PRIMARY KEY, at REAL NOT NULL, event_id TEXT NOT NULL UNIQUE, dept TEXT NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL,
  status TEXT NOT NULL, url TEXT NOT NULL, body BLOB NOT NULL, trick TEXT NOT NULL DEFAULT '', again INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0, next_at REAL, answer_status INTEGER, answer TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS callbacks_by_key ON callbacks (dept, key);
CREATE INDEX IF NOT EXISTS callbacks_due ON callbacks (next_at) WHERE state = 'due';
-- Counts are asked for again and again while the record grows: each is read from an index of its own.
CREATE INDEX IF NOT EXISTS requests_by_status ON requests (status);
CREATE INDEX IF NOT EXISTS callbacks_by_state ON callbacks (state, dept);
CREATE INDEX IF NOT EXISTS effects_once ON effects (dept, sub_id, effect)
  WHERE effect IN ('filed', 'approved', 'rejected', 'not_accepted', 'withdrawn');
CREATE TABLE IF NOT EXISTS behaviours (id INTEGER PRIMARY KEY, settings TEXT NOT NULL, times INTEGER);
CREATE TABLE IF NOT EXISTS outages (dept TEXT PRIMARY KEY, until REAL NOT NULL, mode TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS conditions (dept TEXT PRIMARY KEY, settings TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS forgotten (
  id INTEGER PRIMARY KEY, at REAL NOT NULL, dept TEXT NOT NULL, key TEXT NOT NULL, sub_id TEXT NOT NULL, receipt_no TEXT NOT NULL,
  item TEXT NOT NULL, status TEXT NOT NULL, filed_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS registers (code TEXT NOT NULL, subject TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (code, subject)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS licences (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, fields TEXT NOT NULL, issued_on TEXT NOT NULL, valid_to TEXT, status TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS holders (holder TEXT NOT NULL, licence_id TEXT NOT NULL, PRIMARY KEY (holder, licence_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS licence_references (reference TEXT PRIMARY KEY, licence_id TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS revocations (licence_id TEXT PRIMARY KEY, at REAL NOT NULL, reason TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS numbers (name TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS attempts (
  id INTEGER PRIMARY KEY, at REAL NOT NULL, event_id TEXT NOT NULL, kind TEXT NOT NULL, status INTEGER, answer TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS attempts_by_event ON attempts (event_id);
CREATE TABLE IF NOT EXISTS pay_orders (
  reference TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, at REAL NOT NULL, amount TEXT NOT NULL, currency TEXT NOT NULL,
  status TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS pay_refunds (key TEXT PRIMARY KEY, reference TEXT NOT NULL, amount TEXT NOT NULL, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (
  key TEXT PRIMARY KEY, at REAL NOT NULL, number TEXT NOT NULL, template TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS messages_by_time ON messages (at);
CREATE TABLE IF NOT EXISTS message_numbers (number TEXT PRIMARY KEY, says TEXT NOT NULL) WITHOUT ROWID;
