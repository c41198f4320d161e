/** A text in three parts, of which the middle one is what another text does not have; parts are cut between words. */
export function differing(text: string, other: string): [same: string, differs: string, same: string] {
  const words = text.split(/(?<=\s)/);
  const others = other.split(/(?<=\s)/);
  const most = Math.min(words.length, others.length);
  let start = 0;
  while (start < most && words[start] === others[start]) start++;
  let end = 0;
  while (end < most - start && words.at(-1 - end) === others.at(-1 - end)) end++;
  const cut = words.length - end;
  return [words.slice(0, start).join(""), words.slice(start, cut).join(""), words.slice(cut).join("")];
}
