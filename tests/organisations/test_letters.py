"""Mail to one person."""

from organisations.letters import send_letter


def test_a_letter_carries_an_id_of_its_own_and_a_subject_on_one_line(mailoutbox, settings):
    settings.SITE_ADDRESS = "https://pilot.example.lu:8443"

    send_letter("invitation-1", "ada@acme.lu", "Welcome to\nAcme", "Text")

    (mail,) = mailoutbox
    assert (mail.to, mail.subject, mail.body) == (["ada@acme.lu"], "Welcome to Acme", "Text")
    assert mail.extra_headers == {"Message-ID": "<invitation-1@pilot.example.lu>"}
