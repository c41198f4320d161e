/** Reading what was: it never changes, so what was read once is kept as long as the tab is open. */
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import * as api from "../http/past";
import { useActivity } from "./queries";

const KEPT = { staleTime: Number.POSITIVE_INFINITY, gcTime: 300_000 };
const MOST_PAGES = 40;

export const useProjectAt = (id: string, at: string) =>
  useQuery({
    queryKey: ["past", "project", id, at],
    queryFn: () => api.projectAt(id, at),
    placeholderData: (before) => before,
    ...KEPT,
  });

/** While the next moment is being read, the one before stands: a board that is played does not flicker. */
export const useTasksAt = (id: string, at: string) =>
  useQuery({
    queryKey: ["past", "tasks", id, at],
    queryFn: () => api.tasksAt(id, at),
    placeholderData: (before) => before,
    ...KEPT,
  });

export const useTaskAt = (id: string, at: string) =>
  useQuery({
    queryKey: ["past", "task", id, at],
    queryFn: () => api.taskAt(id, at),
    placeholderData: (before) => (before?.id === id ? before : undefined),
    ...KEPT,
  });

export const useCommentsAt = (id: string, at: string) =>
  useQuery({ queryKey: ["past", "comments", id, at], queryFn: () => api.commentsAt(id, at), ...KEPT });

export const useChangesBetween = (id: string, from: string, to: string) =>
  useQuery({ queryKey: ["past", "changes", id, from, to], queryFn: () => api.changesBetween(id, from, to), ...KEPT });

/** The instants at which something changed, newest first, read back to the one before `at`. */
export function useChangeTimes(projectId: string, at: string): string[] {
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = useActivity(projectId);
  const times = data?.pages.flatMap((page) => page.items).map((entry) => entry.time) ?? [];
  const oldest = times.at(-1);
  const further = oldest !== undefined && oldest >= at && (data?.pages.length ?? 0) < MOST_PAGES;
  useEffect(() => {
    if (further && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [further, hasNextPage, isFetchingNextPage, fetchNextPage]);
  return times;
}
