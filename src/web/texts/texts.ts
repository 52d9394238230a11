/** The language of the page: that of the request's application, as its texts are needed everywhere. */
import { AsyncLocalStorage } from "node:async_hooks";
import { ENGLISH, type Texts } from "./english.ts";
import { FRENCH } from "./french.ts";
import { GERMAN } from "./german.ts";
import { SPANISH } from "./spanish.ts";

/** By the tag of BCP 47. */
export const TEXTS = { en: ENGLISH, de: GERMAN, fr: FRENCH, es: SPANISH } as const;
export type Locale = keyof typeof TEXTS;

const language = new AsyncLocalStorage<Texts>();

/** The texts of the request that is being answered; English elsewhere. */
export function texts(): Texts {
  return language.getStore() ?? ENGLISH;
}

/** Calls `work` with other texts. */
export function inLanguage<T>(chosen: Texts, work: () => T): T {
  return language.run(chosen, work);
}
