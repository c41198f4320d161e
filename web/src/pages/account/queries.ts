/** What the pages of an account read. */
import { useQuery } from "@tanstack/react-query";
import * as api from "../../http/account";
import { keys } from "../../sync/cache";

export const useSessions = () => useQuery({ queryKey: keys.sessions, queryFn: api.sessions, staleTime: 0 });
export const useTokens = () => useQuery({ queryKey: keys.tokens, queryFn: api.tokens, staleTime: 0 });
