/** Expectations on the answer of a name server. */
import type { SiteExpect } from "../../config/site.ts";
import { type Engines, type FailedExpectation, shown } from "../expect/failed_expectation.ts";
import type { DnsAnswer, DnsRecord, Question } from "./dns_message.ts";
import { canonicalData } from "./record_data.ts";

/** The failures of an answer; of another response code, that one alone. */
export function expectAnswers(
  { rcode = "NOERROR", answers, minTtl = 0, ad }: SiteExpect,
  question: Question,
  answer: DnsAnswer,
  engines: Engines,
): FailedExpectation[] {
  if (answer.rcode !== rcode) {
    return [{ reason: "status", text: `response code is ${answer.rcode}, expected ${rcode}` }];
  }
  const records = answersTo(question, answer);
  const texts = rcode === "NOERROR" || answers !== undefined
    ? answerTexts(answers, { question, records }, engines)
    : [];
  const ttl = Math.min(...records.map((record) => record.ttl));
  if (ttl * 1_000 < minTtl) texts.push(`TTL is ${ttl} s, expected at least ${minTtl / 1_000} s`);
  const isAuthentic = answer.flags.includes("ad");
  if (ad !== undefined && ad !== isAuthentic) {
    const [is, expected] = [isAuthentic, ad].map((one) => one ? "" : "not ");
    texts.push(`answer is ${is}authenticated, expected it ${expected}to be`);
  }
  return texts.map((text) => ({ reason: "body", text }));
}

/** The records of the type that was asked for, of the name itself or of what it is an alias of. */
export function answersTo({ name, type }: Question, { answers }: DnsAnswer): DnsRecord[] {
  let owner = name === "" ? "." : name;
  return answers.filter((record) => {
    if (record.name !== owner) return false;
    if (record.type === type) return true;
    if (record.type === "CNAME") owner = record.data;
    return false;
  });
}

function answerTexts(
  expected: SiteExpect["answers"],
  { question: { type }, records }: {
    readonly question: Question;
    readonly records: readonly DnsRecord[];
  },
  { redact, patternOf }: Engines,
): string[] {
  const found = records.map(({ data }) => data);
  const are = `answers are ${shown(found.join(", "), redact)}`;
  if (isList(expected)) {
    const wanted = new Set(expected.map((text) => canonicalData(text, type)));
    if (wanted.symmetricDifference(new Set(found)).size === 0) return [];
    return [`${are}, expected ${shown([...wanted].join(", "), redact)}`];
  }
  if (found.length === 0) return [`no ${type} record, expected at least one`];
  const { contains = [], matches = [] } = expected ?? {};
  return [
    ...[contains].flat().filter((text) => !found.includes(canonicalData(text, type)))
      .map((text) => `${are}, expected "${text}" among them`),
    ...[matches].flat().flatMap((pattern) => {
      const other = found.find((data) => !patternOf(pattern).test(data));
      return other === undefined
        ? []
        : [`answer ${shown(other, redact)} does not match "${pattern}"`];
    }),
  ];
}

function isList(expected: SiteExpect["answers"]): expected is readonly string[] {
  return Array.isArray(expected);
}
