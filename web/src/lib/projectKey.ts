/** The key that a name suggests, as task-service makes it where none was given. */

// The first Latin letter of each Hangul initial consonant and vowel (Revised Romanization); the twelfth is silent.
const CONSONANTS = "GGNDDRMBBSS-JJCKTPH";
const VOWELS = "AAYYEEYYOWWOYUWWWYEUI";
const FIRST_SYLLABLE = 0xac00;
const LAST_SYLLABLE = 0xd7a3;

/** Initials of several words, else the first four letters; `PRJ` where there are none. */
export function keyFrom(name: string): string {
  const words =
    [...name.normalize("NFC")]
      .map(latin)
      .join("")
      .toUpperCase()
      .match(/[A-Z][A-Z0-9]*/g) ?? [];
  const key =
    words.length > 1
      ? words
          .map((word) => word[0])
          .join("")
          .slice(0, 10)
      : (words[0] ?? "").slice(0, 4);
  return key.length > 1 ? key : "PRJ";
}

/** The key, or the next one with a number that is not taken: OPS, OPS2, OPS3. */
export function nextKey(key: string, taken: readonly string[]): string {
  let numbered = key;
  for (let number = 2; taken.includes(numbered); number++) numbered = key.slice(0, 10 - `${number}`.length) + number;
  return numbered;
}

function latin(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < FIRST_SYLLABLE || code > LAST_SYLLABLE) return character.normalize("NFKD").charAt(0);
  const consonant = Math.floor((code - FIRST_SYLLABLE) / 588);
  const initial = CONSONANTS.charAt(consonant);
  if (initial !== "-") return initial;
  return VOWELS.charAt(Math.floor(((code - FIRST_SYLLABLE) % 588) / 28));
}
