"""What the database itself guards: published definitions are frozen, and caches hear of every change."""

from django.db import migrations

FREEZE = """
CREATE FUNCTION bundles_freeze_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'draft' THEN
            RAISE EXCEPTION 'version % is %, it cannot be deleted', OLD.id, OLD.state USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.state <> 'draft' AND (
        NEW.document IS DISTINCT FROM OLD.document OR NEW.fingerprint IS DISTINCT FROM OLD.fingerprint
        OR NEW.bundle_id <> OLD.bundle_id OR NEW.number <> OLD.number OR NEW.id <> OLD.id OR NEW.state = 'draft'
    ) THEN
        RAISE EXCEPTION 'version % is %, it cannot be changed', OLD.id, OLD.state USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bundles_freeze_version BEFORE UPDATE OR DELETE ON bundles_bundleversion
    FOR EACH ROW EXECUTE FUNCTION bundles_freeze_version();
"""

STAMPS = """
CREATE FUNCTION bundles_renew_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bundles_stamp (part, mark) VALUES (TG_ARGV[0], gen_random_uuid())
    ON CONFLICT (part) DO UPDATE SET mark = EXCLUDED.mark;
    RETURN NULL;
END $$;
"""

PARTS = {
    "registry": ("department", "licencekind", "interface", "codelist", "validator", "matter"),
    "calendar": ("calendarday", "calendaryear"),
    "bundles": ("bundle", "bundleversion", "synonym"),
}


def _stamp_trigger(part: str, table: str) -> str:
    return (
        f"CREATE TRIGGER bundles_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON bundles_{table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION bundles_renew_stamp('{part}');"
    )


class Migration(migrations.Migration):
    dependencies = [("bundles", "0001_catalogue")]

    operations = [
        migrations.RunSQL(
            FREEZE,
            "DROP TRIGGER bundles_freeze_version ON bundles_bundleversion; DROP FUNCTION bundles_freeze_version();",
        ),
        migrations.RunSQL(STAMPS, "DROP FUNCTION bundles_renew_stamp() CASCADE;"),
        *(
            migrations.RunSQL(_stamp_trigger(part, table), f"DROP TRIGGER bundles_stamp ON bundles_{table};")
            for part, tables in PARTS.items()
            for table in tables
        ),
    ]
