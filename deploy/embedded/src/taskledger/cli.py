"""The `taskledger` command."""

import os
import sys
from importlib.metadata import entry_points

import typer

from taskledger.commands import (
    boards,
    database,
    imports,
    keeping,
    mail,
    moving,
    people,
    projects,
    proof,
    read_model,
    serve,
)
from taskledger.commands.shared import told

app = typer.Typer(help="Taskledger: a task board for teams in which nothing is lost.", no_args_is_help=True)

app.command("up")(serve.up)
app.command("import")(imports.import_file)
app.command("undo")(imports.undo_import)
app.command("export")(boards.export)
app.command("rebuild")(read_model.rebuild)
app.command("verify")(read_model.verify)
app.command("seal")(proof.seal)
app.command("blocked")(read_model.blocked)
app.command("unblock")(read_model.unblock)
app.command("grant")(database.grant)
app.command("outbox")(mail.outbox)
app.command("move")(moving.move)
app.command("backup")(keeping.backup)
app.command("restore")(keeping.restore)
app.command("mend")(keeping.mend)

user = typer.Typer(help="People.", no_args_is_help=True)
user.command("add")(people.add_user)
user.command("list")(people.list_users)
user.command("reset")(people.reset_user)
user.command("activate")(people.activate_user)
user.command("deactivate")(people.deactivate_user)
user.command("admin")(people.admin_user)
app.add_typer(user, name="user")

project = typer.Typer(help="Projects.", no_args_is_help=True)
project.command("owner")(projects.make_owner)
app.add_typer(project, name="project")

for added in entry_points(group="taskledger.commands"):  # what other distributions add, such as the demonstration
    app.command(added.name)(added.load())


def main() -> None:
    """The command's entry point. What somebody can mend is told in a line, a defect with its traceback."""
    try:
        app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else the interpreter's end complains again
        sys.exit(1)
    except Exception as error:
        exit_ = told(error)
        if exit_ is None:
            raise
        sys.exit(exit_.exit_code)
