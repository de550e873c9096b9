"""What the database itself refuses: changing history, and leaving a final state."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION cases_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER event_is_append_only BEFORE UPDATE OR DELETE ON cases_event
    FOR EACH ROW EXECUTE FUNCTION cases_refuse_change();
CREATE TRIGGER access_record_is_append_only BEFORE UPDATE OR DELETE ON cases_accessrecord
    FOR EACH ROW EXECUTE FUNCTION cases_refuse_change();
CREATE TRIGGER inbox_is_append_only BEFORE UPDATE OR DELETE ON cases_inboxmessage
    FOR EACH ROW EXECUTE FUNCTION cases_refuse_change();

CREATE FUNCTION cases_refuse_leaving_final_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'sub-application % is final: %', OLD.number, OLD.state
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER final_sub_application_stays BEFORE UPDATE OF state ON cases_subapplication
    FOR EACH ROW
    WHEN (OLD.state IN ('approved', 'rejected', 'not_accepted', 'withdrawn', 'cancelled') AND NEW.state <> OLD.state)
    EXECUTE FUNCTION cases_refuse_leaving_final_state();

CREATE FUNCTION cases_refuse_other_body() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'key and body of delivery % never change', OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER promised_bytes_stay BEFORE UPDATE OF key, body, body_sha256 ON cases_delivery
    FOR EACH ROW
    WHEN (OLD.key <> NEW.key OR OLD.body_sha256 <> NEW.body_sha256)
    EXECUTE FUNCTION cases_refuse_other_body();
"""

UNGUARD = """
DROP TRIGGER promised_bytes_stay ON cases_delivery;
DROP TRIGGER final_sub_application_stays ON cases_subapplication;
DROP TRIGGER inbox_is_append_only ON cases_inboxmessage;
DROP TRIGGER access_record_is_append_only ON cases_accessrecord;
DROP TRIGGER event_is_append_only ON cases_event;
DROP FUNCTION cases_refuse_other_body();
DROP FUNCTION cases_refuse_leaving_final_state();
DROP FUNCTION cases_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [migrations.RunSQL(GUARDS, UNGUARD)]
