"""A person's way through the board, from outside: to log in, to change a task, to find the change in a list.

What it finds is a line of its log, which CloudWatch makes metrics of. Nothing but Python's own library runs it.
"""

import json
import os
import time
import urllib.error
import urllib.request
from uuid import uuid4

PATIENCE_SECONDS = 20


class Person:
    """Who it is that asks, and what is said to the board at `url`."""

    def __init__(self, url, email, password):
        self.url, self.email, self.password, self.token = url.rstrip("/"), email, password, None

    def ask(self, method, path, body=None):
        """The answer's document. Raises OSError for what is no success."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def enter(self):
        """Log in; where nobody of that name is known and people may register, register first."""
        known = {"email": self.email, "password": self.password}
        try:
            answer = self.ask("POST", "/api/auth/login", known)
        except urllib.error.HTTPError as refused:
            if refused.code != 401:
                raise
            answer = self.ask("POST", "/api/auth/register", dict(known, name="Canary"))
        self.token = answer["access_token"]


def go(url, email, password):
    """The way. Raises OSError or LookupError where it ends early, TimeoutError where a list never shows the change."""
    page = urllib.request.urlopen(url, timeout=10).read().decode()
    if "<script" not in page:
        raise LookupError("the site's page has no script")
    person = Person(url, email, password)
    person.enter()
    projects = person.ask("GET", "/api/projects")["items"]
    project = next((each for each in projects if each["name"] == "Canary"), None)
    if project is None:
        project = person.ask("POST", "/api/projects", {"name": "Canary", "key": "CANARY"})
    tasks = f"/api/projects/{project['id']}/tasks"
    found = person.ask("GET", tasks)["items"]
    task = found[0] if found else person.ask("POST", tasks, {"title": "Sing"})
    wanted = "low" if task.get("priority") != "low" else "high"
    person.ask("PATCH", "/api/tasks/" + task["id"], {"priority": wanted})
    until = time.monotonic() + PATIENCE_SECONDS
    while not any(
        each["id"] == task["id"] and each["priority"] == wanted for each in person.ask("GET", tasks)["items"]
    ):
        if time.monotonic() > until:
            raise TimeoutError(f"the list does not show a change after {PATIENCE_SECONDS} seconds")
        time.sleep(0.3)


def line(namespace, failed, seconds, why=""):
    """What CloudWatch takes its metrics from."""
    described = [{"Name": "canary_failed"}, {"Name": "canary_seconds", "Unit": "Seconds"}]
    metrics = [{"Namespace": namespace, "Dimensions": [["service"]], "Metrics": described}]
    about = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": metrics}
    return json.dumps(
        {"_aws": about, "service": "canary", "canary_failed": failed, "canary_seconds": seconds, "why": why}
    )


def handler(event, context):
    """One walk. It never raises: a walk that failed is what it is there to tell."""
    import boto3

    began = time.monotonic()
    try:
        secret = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["SECRET"])["SecretString"]
        known = json.loads(secret)
        go(os.environ["URL"], known["email"], known["password"])
    except Exception as fault:  # whatever it is, somebody is told
        print(line(os.environ["NAMESPACE"], 1, time.monotonic() - began, f"{type(fault).__name__}: {fault}"))
    else:
        print(line(os.environ["NAMESPACE"], 0, time.monotonic() - began))
