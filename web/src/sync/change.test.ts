/** The way of a change, there and back. Long because one service stands for all of them. */
import { onlineManager } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Member, Preferences, Project, Task } from "../http/types";
import { answer, asked } from "./asking";
import { changeMany, edit } from "./bulk";
import { createQueryClient, keys, putProject } from "./cache";
import { deleteTask, editTask, restoreTask, saveText } from "./changes";
import { pending, setPending } from "./pending";
import { prefer } from "./preferences";
import { changeRole, deleteProject, editProject, removeMember } from "./projects";
import { startSending } from "./sending";
import { takenBack } from "./takenBack";
import { shownToasts } from "./toasts";
import { turn, undoStack } from "./undoStack";

const task = (id: string) =>
  ({
    id,
    key: `OPS-${id}`,
    project_id: "p",
    status: "waiting",
    description: "old",
    assignees: [],
    deleted: false,
    version: 1,
  }) as unknown as Task;
const project = {
  id: "p",
  key: "OPS",
  name: "Operations",
  members: [
    { user_id: "ann", role: "owner" },
    { user_id: "bob", role: "viewer" },
  ],
  deleted: false,
  role: "owner",
  version: 1,
} as unknown as Project;
const preferences = {
  events: { commented: { inbox: true, mail: true } },
  muted_projects: ["q"],
} as unknown as Preferences;

let refusal: number | undefined;
let sent: string[];
let state: Map<string, Stored>;
let log: { id: string; version: number; by: string; fields: string[]; was: Stored; next: Stored }[];
let told: Preferences;
let client: ReturnType<typeof createQueryClient>;
let stop: () => void;

/** Services that have what they were told. */
async function service(url: URL, init: RequestInit): Promise<Response> {
  const [, , kind = "", id = "", action, member] = url.pathname.split("/");
  const body = init.body ? JSON.parse(String(init.body)) : {};
  const rest = Object.keys(body).length > 0 ? ` ${JSON.stringify(body)}` : "";
  if (init.method !== "GET") sent.push(`${init.method} ${url.pathname.slice(4)}${rest}`);
  if (refusal) return Response.json({ code: "refused", detail: "no" }, { status: refusal });
  if (kind === "notifications") {
    if (init.method === "PUT") told = body;
    return Response.json(told);
  }
  const now = state.get(id) ?? { ...(kind === "projects" ? project : task(id)) };
  if (action === "undo") return undone(id, body);
  const deleted = init.method === "DELETE";
  const others = (now.members as Member[] | undefined)?.filter((one) => one.user_id !== member);
  const members = deleted ? others : others?.concat({ user_id: member ?? "", ...body });
  return written(id, { ...now, ...(member ? { members } : { ...body, deleted }) });
}

type Stored = Record<string, unknown> & { version: number };

/** As a command leaves it: with the one event that it made. */
function written(id: string, next: Stored, by = "ann"): Response {
  const was = state.get(id) ?? { ...task(id) };
  const version = was.version + 1;
  state.set(id, { ...next, version });
  const fields = Object.keys(next).filter((name) => name !== "version" && was[name] !== next[name]);
  log.push({ id, version, by, fields, was, next });
  return Response.json(state.get(id), { headers: { "Taskledger-Versions": `${version}-${version}` } });
}

/** As the service takes events back: a question where others have touched the same since. */
function undone(id: string, { versions, force }: { versions: number[]; force: string[] }): Response {
  const now = state.get(id) as Stored;
  const taken = log.filter((event) => event.id === id && versions.includes(event.version));
  const fields = new Set(taken.flatMap((event) => event.fields));
  const conflicts = [...fields].flatMap((field) => {
    const first = taken.find((event) => event.fields.includes(field));
    const since = log.findLast((event) => event.id === id && event.fields.includes(field));
    const own = !since || versions.includes(since.version) || force.includes(field) || now[field] === first?.was[field];
    return own ? [] : { task_id: id, field, yours: first?.next[field], now: now[field], by: since.by, at: "" };
  });
  if (conflicts.length > 0) return Response.json({ code: "changed_since", detail: "", conflicts }, { status: 409 });
  const before = [...fields].map((name) => [name, taken.find((event) => event.fields.includes(name))?.was[name]]);
  return written(id, { ...now, ...Object.fromEntries(before) });
}

beforeEach(() => {
  [refusal, sent, state, told, log] = [undefined, [], new Map(), preferences, []];
  takenBack.clear();
  vi.stubGlobal("fetch", service);
  client = createQueryClient();
  stop = startSending(client, "ann", { take: async () => [], put: async () => {}, remove: async () => {} });
  client.setQueryData(keys.me, { id: "ann", name: "Ann" });
  client.setQueryData(keys.tasks("p"), ["1", "2"].map(task));
  client.setQueryData(keys.project("p"), project);
  client.setQueryData(keys.projects, [project]);
  client.setQueryData(keys.preferences, preferences);
});
afterEach(() => {
  stop();
  setPending([]);
  onlineManager.setOnline(true);
  vi.unstubAllGlobals();
});

const shownTask = (id: string) => client.getQueryData<Task[]>(keys.tasks("p"))?.find((one) => one.id === id);
const shown = () => client.getQueryData<Project>(keys.project("p"));
const statuses = () => ["1", "2"].map((id) => shownTask(id)?.status).join();
const lastToast = () => shownToasts().at(-1)?.text;

describe("changes of tasks", () => {
  it("are undone step by step and redone", async () => {
    await editTask(client, task("1"), { status: "active" }, "1 moved");
    await editTask(client, shownTask("1") as Task, { status: "done" }, "1 done");
    await editTask(client, task("2"), { status: "done" }, "2 done");
    expect(statuses()).toBe("done,done");
    await turn("undo");
    expect(statuses()).toBe("done,waiting");
    expect(lastToast()).toBe("Undone: 2 done");
    await turn("undo");
    await turn("undo");
    expect(statuses()).toBe("waiting,waiting");
    await turn("undo");
    expect(lastToast()).toBe("Nothing to undo");
    await turn("redo");
    await turn("redo");
    expect(statuses()).toBe("done,waiting");
    expect(lastToast()).toBe("1 done");
    await turn("redo");
    await turn("redo");
    expect(lastToast()).toBe("Nothing to redo");
    // What is taken back, with what of the same this page has done and taken back since: that is nobody's later choice.
    expect(sent.slice(3)).toEqual([
      'POST /tasks/2/undo {"versions":[2],"force":[]}',
      'POST /tasks/1/undo {"versions":[3],"force":[]}',
      'POST /tasks/1/undo {"versions":[2,3,4],"force":[]}',
      'POST /tasks/1/undo {"versions":[5],"force":[]}',
      'POST /tasks/1/undo {"versions":[4,5,6],"force":[]}',
      'POST /tasks/2/undo {"versions":[3],"force":[]}',
    ]);
  });

  describe("that somebody else has changed since", () => {
    /** Ann sets it to done, Bob to late, Ann undoes. */
    async function undoing(): Promise<{ done: Promise<void> }> {
      await editTask(client, task("1"), { status: "done" }, "1 done");
      written("1", { ...(state.get("1") as Stored), status: "late" }, "bob");
      const work = turn("undo");
      await expect.poll(() => asked().length).toBe(1);
      return { done: work };
    }

    it("are asked about, and what is kept is neither written nor asked about again", async () => {
      const work = await undoing();
      expect(asked()[0]?.conflicts[0]).toMatchObject({ yours: "done", now: "late", by: "bob" });
      expect([asked()[0]?.before.status, shownTask("1")?.status]).toEqual(["waiting", "late"]);
      answer(false);
      await work.done;
      expect([asked(), shownTask("1")?.status, state.get("1")?.status]).toEqual([[], "late", "late"]);
      expect([undoStack.go("undo"), undoStack.go("redo")]).toEqual([null, null]);
      expect(shownToasts().map(({ kind }) => kind)).not.toContain("error");
    });

    it("are put back where one says so, and that can be done again", async () => {
      const work = await undoing();
      answer(true);
      await work.done;
      await expect.poll(() => state.get("1")?.status).toBe("waiting");
      expect(sent.at(-1)).toBe('POST /tasks/1/undo {"versions":[2],"force":["status"]}');
      await turn("redo");
      expect([state.get("1")?.status, shownTask("1")?.status]).toEqual(["late", "late"]);
    });

    it("are one question of many, and the others are taken back", async () => {
      const steps = ["1", "2"].map((id) => edit(task(id), { status: "done" }));
      await changeMany(client, steps, (count) => `${count} done`);
      written("2", { ...(state.get("2") as Stored), status: "late" }, "bob");
      const work = turn("undo");
      await expect.poll(() => asked().map((one) => one.task.key)).toEqual(["OPS-2"]);
      answer(false);
      await work;
      expect(statuses()).toBe("waiting,late");
      expect(shownToasts().map(({ kind }) => kind)).not.toContain("error");
    });

    it("wait in the list of unsent changes where the undo was kept without a network", async () => {
      await editTask(client, task("1"), { status: "done" }, "1 done");
      written("1", { ...(state.get("1") as Stored), status: "late" }, "bob");
      onlineManager.setOnline(false);
      await turn("undo");
      expect(shownTask("1")?.status).toBe("waiting");
      onlineManager.setOnline(true);
      await expect.poll(() => pending()[0]?.refused?.conflicts?.[0]?.now).toBe("late");
      expect([state.get("1")?.status, asked().length]).toEqual(["late", 0]);
    });
  });

  it("that made nothing have nothing to take back", async () => {
    vi.stubGlobal("fetch", (url: URL, init: RequestInit) => {
      sent.push(`${init.method} ${url.pathname.slice(4)}`);
      return Response.json({ ...task("1"), status: "done" });
    });
    await editTask(client, task("1"), { status: "done" }, "1 done");
    await turn("undo");
    expect(sent).toEqual(["PATCH /tasks/1"]);
    expect(lastToast()).toBe("Nothing to change: it is so already");
  });

  it("are waited for when they are on their way", async () => {
    const work = editTask(client, task("1"), { status: "done" }, "1 done");
    await turn("undo");
    await work;
    expect(statuses()).toBe("waiting,waiting");
    expect(shownToasts().map(({ text }) => text)).not.toContain("1 done");
  });

  it("leave no step when they are refused", async () => {
    refusal = 403;
    await editTask(client, task("1"), { status: "done" }, "1 done");
    expect(statuses()).toBe("waiting,waiting");
    expect(undoStack.go("undo")).toBeNull();
  });

  it("can no longer be undone by whoever signs in next", async () => {
    await editTask(client, task("1"), { status: "done" }, "1 done");
    stop();
    expect(undoStack.go("undo")).toBeNull();
  });

  it("that were never sent are undone and redone without the services", async () => {
    onlineManager.setOnline(false);
    await editTask(client, task("1"), { status: "done" }, "1 done");
    await turn("undo");
    expect([statuses(), pending().length]).toEqual(["waiting,waiting", 0]);
    await turn("redo");
    expect([statuses(), pending().length]).toEqual(["done,waiting", 1]);
    onlineManager.setOnline(true);
    await expect.poll(() => sent).toEqual(['PATCH /tasks/1 {"status":"done"}']);
  });

  it("show the latest of what waits", async () => {
    onlineManager.setOnline(false);
    await editTask(client, task("1"), { status: "active" }, "1 moved");
    await editTask(client, shownTask("1") as Task, { status: "done" }, "1 done");
    expect(statuses()).toBe("done,waiting");
    const many = [edit(shownTask("1") as Task, { status: "late" })];
    await changeMany(client, many, String);
    await deleteTask(client, shownTask("1") as Task);
    expect(shownTask("1")).toBeUndefined();
    await restoreTask(client, client.getQueryData<Task>(keys.task("1")) ?? { ...task("1"), deleted: true });
    expect(statuses()).toBe("late,waiting");
  });

  it("say so when a text was changed by someone else before it could be undone", async () => {
    await saveText(client, task("1"), "description", "mine", "Description saved");
    state.set("1", { ...state.get("1"), description: "theirs", version: 9 });
    vi.stubGlobal("fetch", (url: URL, init: RequestInit) =>
      init.method === "PATCH" ? Response.json({ code: "stale" }, { status: 412 }) : service(url, { method: "GET" }),
    );
    await turn("undo");
    expect(lastToast()).toContain("Nothing was overwritten");
    expect(client.getQueryData<Task>(keys.task("1"))?.description).toBe("theirs");
    expect([undoStack.go("undo"), undoStack.go("redo")]).toEqual([null, null]);
  });

  it("of many at once are one step, what was sent and what waited alike", async () => {
    onlineManager.setOnline(false);
    const steps = ["1", "2"].map((id) => edit(task(id), { status: "done" }));
    await changeMany(client, steps, (count) => `${count} done`);
    await turn("undo");
    expect([statuses(), pending().length]).toEqual(["waiting,waiting", 0]);
    onlineManager.setOnline(true);
    await turn("redo");
    expect(statuses()).toBe("done,done");
    expect(lastToast()).toBe("2 done");
    await turn("undo");
    expect(statuses()).toBe("waiting,waiting");
    await turn("redo");
    expect([statuses(), sent.length]).toEqual(["done,done", 6]);
  });
});

describe("settings of a project", () => {
  it("show at once and are kept without a network; an older answer does not hide them", async () => {
    onlineManager.setOnline(false);
    await editProject(client, project, { name: "Works" }, "Project renamed");
    await removeMember(client, shown() as Project, { user_id: "bob", role: "viewer" }, false);
    putProject(client, { ...project, version: 2 });
    expect([shown()?.name, shown()?.members.length, pending().length]).toEqual(["Works", 1, 2]);
    onlineManager.setOnline(true);
    await expect.poll(() => sent).toEqual(['PATCH /projects/p {"name":"Works"}', "DELETE /projects/p/members/bob"]);
    expect([shown()?.name, client.getQueryData<Project[]>(keys.projects)?.[0]?.name]).toEqual(["Works", "Works"]);
  });

  it("are undone and redone", async () => {
    const bob = { user_id: "bob", role: "viewer" } as const;
    await editProject(client, project, { name: "Works" }, "Project renamed");
    await changeRole(client, project, bob, "member", false);
    await removeMember(client, project, { ...bob, role: "member" }, false);
    await deleteProject(client, project);
    expect(client.getQueryData(keys.projects)).toEqual([]);
    sent = [];
    for (let step = 0; step < 4; step++) await turn("undo");
    expect(client.getQueryData<Project[]>(keys.projects)?.[0]?.name).toBe("Operations");
    await turn("redo");
    expect(sent).toEqual([
      "POST /projects/p/restore",
      'PUT /projects/p/members/bob {"role":"member"}',
      'PUT /projects/p/members/bob {"role":"viewer"}',
      'PATCH /projects/p {"name":"Operations"}',
      'PATCH /projects/p {"name":"Works"}',
    ]);
  });

  it("go back to what they were when they are refused", async () => {
    refusal = 409;
    const work = editProject(client, project, { name: "Works" }, "Project renamed");
    expect(shown()?.name).toBe("Works");
    expect((await work).state).toBe("refused");
    expect(shown()?.name).toBe("Operations");
    expect(undoStack.go("undo")).toBeNull();
  });

  it("that one gives up oneself cannot be undone", async () => {
    await removeMember(client, project, { user_id: "ann", role: "owner" }, true);
    expect(client.getQueryData(keys.projects)).toEqual([]);
    expect(lastToast()).toBe("You left the project");
    expect(undoStack.go("undo")).toBeNull();
  });
});

describe("notification settings", () => {
  const off = { kind: "tell", event: "commented", channel: "mail", on: false } as const;
  const settings = () => client.getQueryData<Preferences>(keys.preferences);

  it("change by one tick, over whatever another device has set meanwhile", async () => {
    onlineManager.setOnline(false);
    await prefer(client, off, "off");
    expect(settings()?.events.commented).toEqual({ inbox: true, mail: false });
    told = { ...preferences, muted_projects: [] };
    onlineManager.setOnline(true);
    await expect.poll(() => told.events.commented.mail).toBe(false);
    expect(told.muted_projects).toEqual([]);
    await turn("undo");
    expect([told.events.commented.mail, settings()?.events.commented.mail]).toEqual([true, true]);
    await prefer(client, { kind: "mute", projectId: "p", on: true }, "muted");
    expect(told.muted_projects).toEqual(["p"]);
  });

  it("go back to what they were when they are refused", async () => {
    refusal = 422;
    await prefer(client, off, "off");
    expect(settings()).toEqual(preferences);
  });
});
