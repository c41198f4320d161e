/** What the insights of a project are, and how they are asked for. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { call } from "../../../http/client";
import type { components } from "../../../http/schema";

type Schemas = components["schemas"];
export type Insights = Schemas["InsightsView"];
export type Band = Schemas["BandView"];
export type FinishedTask = Schemas["FinishedTaskView"];
export type AgeingTask = Schemas["AgeingTaskView"];

const AGAIN_MILLISECONDS = 60_000;

/** The insights of a project on some days of the reader's time zone; asked for again each minute. */
export function useInsights(projectId: string, from: string, to: string) {
  const tz = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return useQuery({
    queryKey: ["insights", projectId, from, to, tz],
    queryFn: () =>
      call("get", "/api/projects/{project_id}/insights", { path: { project_id: projectId }, query: { from, to, tz } }),
    placeholderData: keepPreviousData,
    refetchInterval: AGAIN_MILLISECONDS,
  });
}
