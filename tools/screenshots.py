"""Makes the pictures of the README from the real program: starts it, fills it with a believable board, looks at it.

Usage: .venv/bin/python tools/screenshots.py [FOLDER, default docs/images]
"""

import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from taskledger.testing import PASSWORD, Person, Running, running

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

PEOPLE = ("Mina Park", "Jonas Weber", "Ada Okafor", "김하나")

TASKS: tuple[tuple[str, str, str, int | None, tuple[str, ...], tuple[int, ...]], ...] = (
    # title, status, priority, days until due, labels, people
    ("Agree on the opening hours with the landlord", "waiting", "medium", 9, ("shop",), (0,)),
    ("Write the allergy list for every bread", "waiting", "high", 4, ("kitchen", "legal"), (2,)),
    ("Ask three mills for a quote on rye flour", "waiting", "none", None, ("kitchen",), ()),
    ("Photograph the window display", "waiting", "low", 20, ("shop",), (3,)),
    ("Test the oven at 280 °C for a full shift", "in_progress", "urgent", 1, ("kitchen",), (1, 2)),
    ("간판 시안 두 가지 비교하기", "in_progress", "medium", 6, ("shop",), (3,)),
    ("Train the morning team on the till", "in_progress", "none", 12, ("people",), (0, 1)),
    ("Sign the lease for the corner shop", "done", "high", None, ("legal",), (0,)),
    ("Hire two bakers", "done", "medium", None, ("people",), (2,)),
    ("Choose a name", "done", "none", None, (), (0, 3)),
)


WIDE = {"viewport": {"width": 1440, "height": 860}}

SHOTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("board", "/projects/{project}/board", WIDE),
    ("task-dark", "/projects/{project}/tasks/{task}", {**WIDE, "color_scheme": "dark"}),
    ("inbox", "/inbox", WIDE),
    (
        "phone-ko",
        "/projects/{project}/board",
        {"viewport": {"width": 375, "height": 740}, "locale": "ko-KR", "device_scale_factor": 2},
    ),
)


def fill(stack: Running) -> tuple[Person, dict[str, Any], dict[str, Any]]:
    """A project with people and tasks; returns the first person, the project and a task with a history."""
    people = [stack.register(name, email=f"person{n}@example.org") for n, name in enumerate(PEOPLE)]
    owner = people[0]
    project = owner.post("/api/projects", name="Bakery opening", key="BAKE")
    for person in people[1:]:
        owner.put(f"/api/projects/{project['id']}/members/{person.id}", role="member")
    shown: dict[str, Any] = {}
    for title, status, priority, days, labels, assigned in TASKS:
        due = (datetime.now().astimezone().date() + timedelta(days)).isoformat() if days is not None else None
        task = people[len(title) % 3].post(
            f"/api/projects/{project['id']}/tasks",
            title=title,
            priority=priority,
            due=due,
            labels=list(labels),
            assignees=[people[n].id for n in assigned],
        )
        if status != "waiting":
            task = people[assigned[0]].patch(f"/api/tasks/{task['id']}", status=status)
        if priority == "urgent":
            shown = task
    path = f"/api/tasks/{shown['id']}"
    people[1].patch(
        path,
        description="Run it **hot** from 4 to 10 in the morning:\n\n- [x] thermometer in each deck\n- [ ] note the "
        "power meter every hour\n- [ ] bake one tray of rolls at the end",
    )
    people[2].post(f"{path}/comments", body="The left deck is 12 °C behind. @Jonas Weber, do we have a spare seal?")
    people[1].post(f"{path}/comments", body="Ordered one, it comes on Thursday.")
    return owner, project, shown


def log_in(page: Page, url: str) -> None:
    """Log in as the first person."""
    page.goto(f"{url}/login")
    page.locator("input[type=email]").fill("person0@example.org")
    page.locator("input[autocomplete=current-password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/projects")


def main(folder: Path) -> None:
    """Take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, running(Path(data, "data")) as stack, sync_playwright() as playwright:
        owner, project, task = fill(stack)
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for name, path, options in SHOTS:
            owner.patch("/api/auth/me", locale=str(options.get("locale", "en"))[:2])
            context = browser.new_context(**{"locale": "en-US", **options})
            page = context.new_page()
            log_in(page, stack.url)
            page.goto(stack.url + path.format(project=project["id"], task=task["id"]))
            page.wait_for_timeout(2500)
            page.screenshot(path=folder / f"{name}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images"))
