import { expect, test } from "vitest";
import { eventReader } from "./sse";

const STREAM = 'retry: 1000\nid: 7\nevent: opened\ndata: {}\n\n:\n\nid: 8\nevent: change\ndata: {"a":"b: c"}\n\n';
const EVENTS = [
  { type: "opened", data: "{}", id: "7" },
  { type: "change", data: '{"a":"b: c"}', id: "8" },
];

test("events are read from a stream that comes in pieces, wherever it was cut", () => {
  expect(eventReader()(STREAM)).toEqual(EVENTS);
  for (let cut = 1; cut < STREAM.length; cut++) {
    const read = eventReader();
    expect([...read(STREAM.slice(0, cut)), ...read(STREAM.slice(cut))]).toEqual(EVENTS);
  }
});

test("signs of life, and an event without an end, are no events", () => {
  const read = eventReader();
  expect(read(":\n\n:\n\nid: 3\n\n")).toEqual([]);
  expect(read("data: one\ndata: two\n")).toEqual([]);
  expect(read("\n")).toEqual([{ type: "message", data: "one\ntwo", id: null }]);
});
