"""Lists of people to take away, with the columns of a staff file, so that they can be imported again unchanged."""

import csv
import io
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook

from organisations.cleaning import FIELDS
from organisations.models import Organisation, PeopleExport, PersonQuerySet, Run, StoredFile, User
from organisations.people_forms import PeopleFilterForm
from organisations.runs import report_progress, submit
from organisations.spreadsheets import safe_cell

MEDIA_TYPES = {
    PeopleExport.Format.CSV: "text/csv; charset=utf-8",
    PeopleExport.Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def rows_of(people: PersonQuerySet) -> Iterator[list[str]]:
    """The cells of each person, in the order of the fields of a staff file."""
    columns = ["manager__staff_number" if name == "manager" else name for name in FIELDS]
    for values in people.values_list(*columns).iterator(chunk_size=2_000):
        yield [safe_cell(",".join(value) if isinstance(value, list) else value) for value in values]


def as_csv(rows: Iterable[list[str]]) -> bytes:
    """UTF-8 with a mark at the start, without which Excel takes accents for something else."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(FIELDS)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def as_workbook(rows: Iterable[list[str]]) -> bytes:
    """Every cell a text: nothing is taken for a number, a date or a formula."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("People")
    sheet.append(FIELDS)
    for row in rows:
        sheet.append(row)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


WRITERS = {PeopleExport.Format.CSV: as_csv, PeopleExport.Format.XLSX: as_workbook}


def file_name(organisation: Organisation, file_format: str) -> str:
    return f"people-{organisation.slug}-{timezone.localdate():%Y-%m-%d}.{file_format}"


def write_list(people: PersonQuerySet, file_format: str) -> bytes:
    return WRITERS[PeopleExport.Format(file_format)](rows_of(people))


def is_long(people: PersonQuerySet) -> bool:
    """Whether a worker should write the list."""
    return people.order_by()[: settings.EXPORT_AT_ONCE_ROWS + 1].count() > settings.EXPORT_AT_ONCE_ROWS


@transaction.atomic
def request_export(
    organisation: Organisation, filters: dict[str, str], file_format: str, user: User
) -> PeopleExport:
    """Have a worker write the list. A second click finds the export that the first one asked for."""
    organisation.take_turn()
    same = organisation.people_exports.filter(
        requested_by=user,
        filters=filters,
        format=file_format,
        run__state__in=[Run.State.QUEUED, Run.State.RUNNING],
    )
    export = same.first()
    if export is None:
        export = organisation.people_exports.create(filters=filters, format=file_format, requested_by=user)
        export.run = submit(
            "export_people", str(export.pk), organisation=organisation, requested_by=user, export=export.pk
        )
        export.save(update_fields=["run"])
    return export


def carry_out_export(export: PeopleExport) -> dict:
    """Write the list and keep it for whoever asked."""
    organisation = export.organisation
    people = PeopleFilterForm(export.filters, organisation=organisation).people()
    total, done = people.order_by().count(), 0

    def counted():
        nonlocal done
        for row in rows_of(people):
            if done % 2_000 == 0:
                report_progress(export.run, done, total, _("Writing the list"))
            done += 1
            yield row

    file_format = PeopleExport.Format(export.format)
    export.file = StoredFile.objects.keep(
        organisation,
        file_name(organisation, file_format),
        WRITERS[file_format](counted()),
        export.requested_by,
        media_type=MEDIA_TYPES[file_format],
    )
    export.save(update_fields=["file"])
    return {"people": done}


def forget_old_exports(organisation: Organisation) -> int:
    """Lists that were taken away are not kept."""
    old = organisation.people_exports.filter(requested_at__lt=timezone.now() - settings.EXPORT_KEPT)
    files = list(old.filter(file__isnull=False).values_list("file_id", flat=True))
    number, _counts = old.delete()
    organisation.files.filter(pk__in=files).delete()
    return number
