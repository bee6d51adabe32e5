"""Fences of the participant's tables, and two rules that hold whoever writes.

The private tables get a policy that narrows the others: even inside its organisation's scope the web role sees a row
only while it acts for that person. It stays when the organisation's own policies are made again.
"""

from django.conf import settings
from django.db import migrations

from organisations.fences import fence_tables

PRIVATE = ["esfanswers", "esfsensitiveanswers", "followupcontact", "followupanswer"]
OWN_PERSON = "person_id = NULLIF(current_setting('app.person', true), '')::bigint"
FENCE = [
    f"CREATE POLICY own_person ON organisations_{table} AS RESTRICTIVE TO {settings.WEB_ROLE} "
    f"USING ({OWN_PERSON}) WITH CHECK ({OWN_PERSON})"
    for table in PRIVATE
]
OPEN = [f"DROP POLICY IF EXISTS own_person ON organisations_{table}" for table in PRIVATE]

KEEP_ENTRY = """
    CREATE FUNCTION keep_first_entry_date() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the first entry date never changes' USING ERRCODE = 'check_violation';
    END $$;
    CREATE TRIGGER first_entry_date_is_kept BEFORE UPDATE OF entered_on ON organisations_esfrecord
    FOR EACH ROW WHEN (OLD.entered_on IS DISTINCT FROM NEW.entered_on) EXECUTE FUNCTION keep_first_entry_date();
"""
FORGET_ENTRY = """
    DROP TRIGGER IF EXISTS first_entry_date_is_kept ON organisations_esfrecord;
    DROP FUNCTION IF EXISTS keep_first_entry_date();
"""


class Migration(migrations.Migration):
    dependencies = [("organisations", "0015_participation")]

    operations = [
        migrations.RunPython(fence_tables("organisations"), migrations.RunPython.noop),
        migrations.RunSQL(FENCE, OPEN),
        migrations.RunSQL(KEEP_ENTRY, FORGET_ENTRY),
    ]
