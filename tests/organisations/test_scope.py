"""The second fence: what PostgreSQL itself shows and accepts."""

import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, transaction

from organisations.fences import UNFENCED, owned_models, owned_references
from organisations.models import Person
from organisations.scope import ScopeError, every_organisation, only
from tests import make


def names():
    return sorted(Person.objects.values_list("last_name", flat=True))


@pytest.fixture
def two_people(acme, globex):
    return make.person(acme, last_name="Ours"), make.person(globex, last_name="Theirs")


def test_without_a_scope_no_row_is_shown(two_people, act_behind_the_fence):
    with act_behind_the_fence():
        assert names() == []


def test_a_scope_shows_its_own_organisation(two_people, acme, act_behind_the_fence):
    with act_behind_the_fence():
        with only(acme.pk):
            assert names() == ["Ours"]
        assert names() == []


def test_every_organisation_can_be_looked_at_for_programme_work(two_people, act_behind_the_fence):
    with act_behind_the_fence(), every_organisation():
        assert names() == ["Ours", "Theirs"]


def test_programme_work_may_narrow_to_one_organisation(two_people, globex):
    with every_organisation():
        with only(globex.pk):
            assert names() == ["Theirs"]
        assert names() == ["Ours", "Theirs"]


def test_one_organisation_may_not_widen(acme, globex, act_behind_the_fence):
    with act_behind_the_fence(), only(acme.pk):
        with pytest.raises(ScopeError), every_organisation():
            pass
        with pytest.raises(ScopeError), only(globex.pk):
            pass


def test_a_row_of_another_organisation_is_not_accepted(acme, globex):
    with only(acme.pk), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        make.person(globex)


def test_another_organisations_row_is_neither_changed_nor_deleted(two_people, acme):
    _ours, theirs = two_people
    with only(acme.pk):
        assert Person.objects.filter(pk=theirs.pk).update(last_name="Taken") == 0
        assert Person.objects.filter(pk=theirs.pk).delete()[0] == 0
    assert names() == ["Ours", "Theirs"]


def test_a_reference_to_another_organisations_row_is_refused(two_people):
    """Foreign keys are checked without policies, so the composite key has to refuse this."""
    ours, theirs = two_people
    Person.objects.filter(pk=ours.pk).update(manager=theirs)
    with pytest.raises(IntegrityError, match="organisations_person_own_manager_id"):
        connection.check_constraints()


def test_a_failed_transaction_closes_the_scope(acme, two_people, act_behind_the_fence):
    with act_behind_the_fence():
        with pytest.raises(ValueError, match="stop"), transaction.atomic(), only(acme.pk):
            raise ValueError("stop")
        assert names() == []


@pytest.mark.django_db(transaction=True)
def test_nothing_of_a_scope_survives_its_transaction():
    acme = make.organisation("acme")
    with transaction.atomic(), only(acme.pk):
        make.person(acme, last_name="Ours")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, coalesce(current_setting('app.organisation', true), '')")
        assert cursor.fetchone() == ("pilot_web", "")
    assert names() == []


# --- the catalogue ----------------------------------------------------------------------------------------------------


def query(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


@pytest.mark.django_db
def test_every_table_with_an_organisation_has_a_policy_or_a_reason():
    with_organisation = {
        table
        for (table,) in query(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
            "WHERE a.attname = 'organisation_id' AND c.relkind IN ('r', 'p') "
            "AND c.relnamespace = 'public'::regnamespace"
        )
    }
    fenced = {
        table
        for (table,) in query(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity "
            "AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid)"
        )
    }
    assert with_organisation - fenced == set(UNFENCED)
    assert fenced - with_organisation == set()


@pytest.mark.django_db
def test_every_reference_between_fenced_tables_carries_the_organisation():
    composite = {
        name
        for (name,) in query(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' AND cardinality(conkey) = 2"
        )
    }
    wanted = {
        f"{model._meta.db_table}_own_{column}"[-63:]
        for model in owned_models(apps.get_models())
        for column, _other in owned_references(model)
    }
    assert composite == wanted


@pytest.mark.django_db
def test_no_view_or_function_looks_past_the_policies():
    assert query("SELECT relname FROM pg_class WHERE relkind = 'm'") == []
    assert query("SELECT viewname FROM pg_views WHERE schemaname = 'public'") == []
    assert (
        query("SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace") == []
    )


@pytest.mark.django_db
def test_unique_rules_of_fenced_tables_tell_nothing_about_other_organisations():
    """A rule that spans organisations would answer "taken" for a row that nobody here may see.

    A rule about one of the organisation's own rows (a person, a round) can't span organisations either.
    """
    spanning = query(
        """
        SELECT c.relname, (SELECT string_agg(a.attname, ' ') FROM pg_attribute a
                           WHERE a.attrelid = c.oid AND a.attnum = ANY (x.indkey))
        FROM pg_index x
        JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
        WHERE x.indisunique AND NOT x.indisprimary AND c.relrowsecurity
          AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (x.indkey)
                          AND a.attname = 'organisation_id')
          AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f'
                          AND cardinality(k.conkey) = 2 AND k.conkey && x.indkey::smallint[])
        """
    )
    random_secrets = {  # digests of secrets that nobody can guess, so "taken" is never heard
        "organisations_invitation",
        "organisations_apitoken",
        "organisations_enrolmentlink",
        "organisations_enrolmentrequest",
    }
    assert set(spanning) <= {(table, "digest") for table in random_secrets}
