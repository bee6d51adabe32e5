"""Somebody who uses the platform with a browser."""

import re
from email import message_from_bytes, policy

from playwright.sync_api import Error, expect

PASSWORD = "four storks above the Moselle"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
WAIT = 30_000


class Human:
    """Somebody at a browser of their own, who takes a picture of every page."""

    def __init__(self, chromium, platform, screenshots, name, viewport=DESK):
        self.context = chromium.new_context(viewport=viewport, base_url=platform.address, locale="en-GB")
        self.page = self.context.new_page()
        self.name, self.screenshots, self.taken = name, screenshots, 0
        self.complaints = []
        self.page.on("console", self.listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "response", lambda response: response.status >= 500 and self.complaints.append(response.url)
        )

    def listen(self, message):
        """Refusals that the story provokes (403, 404, 410, 422) are answers; everything else is a fault."""
        if message.type == "error" and not re.search(r"status of (403|404|410|422)", message.text):
            self.complaints.append(message.text)

    def open(self, path):
        self.page.goto(path)

    def reload(self):
        """Look at the same page anew. The page may do so by itself at the same moment; then it has happened."""
        self.page.wait_for_load_state()
        try:
            self.page.reload()
        except Error as error:
            if "Not attached to an active page" not in str(error):
                raise
            self.page.wait_for_load_state()

    def sign_in(self, email):
        self.open("/accounts/login/")
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Sign in")

    def accept(self, link, email, name):
        self.open(link)
        self.picture("invitation")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Your name").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Accept the invitation")

    def press(self, name):
        self.page.locator("main").get_by_role("button", name=name).first.click()

    def follow(self, name):
        self.page.get_by_role("link", name=name).first.click()

    def sees(self, text):
        expect(self.page.locator("main")).to_contain_text(text, timeout=WAIT)

    def picture(self, title):
        self.taken += 1
        path = self.screenshots / f"{self.name}-{self.taken:02}-{title}.png"
        self.page.screenshot(path=path, full_page=True)
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
        assert not wide, f"{title} scrolls sideways"


def link_in_mail(platform, email, place):
    """What the person finds in their mailbox."""
    for path in sorted(platform.mails.glob("*.log"), reverse=True):
        for part in re.split(rb"\n-{79}\n", path.read_bytes()):
            message = message_from_bytes(part.lstrip(), policy=policy.default)
            if message["To"] == email:
                found = re.search(rf"http://\S+/{place}/[\w-]+/", message.get_content())
                if found:
                    return found.group()
    return None


def wait_for_mail(human, platform, email, place="invitations"):
    for _second in range(60):
        if link := link_in_mail(platform, email, place):
            return link
        human.page.wait_for_timeout(500)
    raise AssertionError(f"no mail for {email}")
