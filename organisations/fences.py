"""Row-level security for every table that an organisation owns.

Each app ends the migration that makes such a table with `fence_tables`. It gives the table two policies (its own
organisation for the web role, all rows for the platform role) and makes every foreign key between two such tables a
composite one, because a plain foreign key accepts another organisation's row: its check ignores policies.
"""

from django.conf import settings

# Tables that name an organisation and have no policy, each with the reason.
UNFENCED = {
    "organisations_membership": "is read to find out whether somebody may enter an organisation at all",
    "organisations_run": "is claimed by a worker before the scope of its organisation is known",
}


def fence_tables(app_label):
    """A migration step that fences every table of an app; it may run again."""

    def fence(apps, schema_editor):
        for model in owned_models(apps.get_app_config(app_label).get_models()):
            _fence(model, schema_editor.connection)

    return fence


def owned_models(models):
    """Those of the models that an organisation owns and that need a fence."""
    return [
        model
        for model in models
        if any(field.name == "organisation" for field in model._meta.fields)
        and model._meta.db_table not in UNFENCED
        and not model._meta.proxy
    ]


def owned_references(model):
    """Foreign keys (column, other table) from one fenced table to another."""
    fenced = {other._meta.db_table for other in owned_models(model._meta.apps.get_models())}
    return [
        (field.column, field.related_model._meta.db_table)
        for field in model._meta.fields
        if field.is_relation and field.related_model._meta.db_table in fenced
    ]


def _fence(model, connection):
    table = model._meta.db_table
    own = "organisation_id = NULLIF(current_setting('app.organisation', true), '')::bigint"
    statements = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS own_organisation ON {table}",
        f"CREATE POLICY own_organisation ON {table} TO {settings.WEB_ROLE} USING ({own}) WITH CHECK ({own})",
        f"DROP POLICY IF EXISTS every_organisation ON {table}",
        f"CREATE POLICY every_organisation ON {table} TO {settings.PLATFORM_ROLE} USING (true) WITH CHECK (true)",
        *_add_constraint(table, f"{table}_own_id", "UNIQUE (organisation_id, id)", replace=False),
    ]
    for column, other in owned_references(model):
        statements += _add_constraint(other, f"{other}_own_id", "UNIQUE (organisation_id, id)", replace=False)
        statements += _add_constraint(
            table,
            f"{table}_own_{column}",
            f"FOREIGN KEY (organisation_id, {column}) REFERENCES {other} (organisation_id, id) "
            "DEFERRABLE INITIALLY DEFERRED",
        )
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _add_constraint(table, name, definition, replace=True):
    name = name[-63:]
    if replace:
        return [
            f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}",
            f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}",
        ]
    return [
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = '{name}') THEN "
        f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}; END IF; END $$"
    ]
