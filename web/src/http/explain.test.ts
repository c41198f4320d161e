import { beforeAll, describe, expect, it } from "vitest";
import { ApiError } from "./client";
import { explain, said } from "./explain";
import { learn } from "./faults";

beforeAll(learn);

const refused = (code: string, message: string, limit?: number) =>
  new ApiError(422, "validation_failed", "The request is not valid; `errors` says where.", [
    { field: "title", message, code, ...(limit === undefined ? {} : { limit }) },
  ]);

describe("what a service says is wrong", () => {
  it("is told by its code, whatever its sentence", () => {
    expect(explain(refused("too_long", "at most 500 items after validation", 500))).toBe(
      "It may have at most 500 characters.",
    );
    expect(said(refused("empty", "String should have at least 1 character").field("title"))).toBe(
      "It must not be empty.",
    );
  });

  it("is told by its reason where it is about no field", () => {
    const error = new ApiError(409, "conflict", "whatever it says", [], null, [], "task_deleted");
    expect(explain(error)).toBe("The task is deleted. Restore it first.");
  });

  it("is told as it came where this version of the site does not know the code", () => {
    expect(explain(refused("of_a_later_version", "must be of another kind"))).toBe("Must be of another kind.");
  });
});
