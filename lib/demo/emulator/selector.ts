// Owns which objects a list or a watch asks for: fieldSelector and labelSelector.
// Never guesses: a term that is not understood here is refused, and not left out.

import { isObject } from "./apply.ts";
import { badRequest } from "./failure.ts";
import type { StoredObject } from "./store.ts";

export type Selects = (object: StoredObject) => boolean;

type LabelTerm = (label: unknown) => boolean;

const FIELDS = ["metadata.name", "metadata.namespace"];

/** `key`, `!key`, `key=value`, `key==value`, `key!=value`; sets such as `key in (a,b)` are not known. */
const LABEL_TERM = /^\s*(!?)([\w./-]+)\s*(?:(==|=|!=)\s*([\w.-]*))?\s*$/;

export function selectorOf(searchParams: URLSearchParams): Selects {
  const byField = fieldSelector(searchParams.get("fieldSelector") ?? "");
  const byLabel = labelSelector(searchParams.get("labelSelector") ?? "");
  return (object) => byField(object) && byLabel(object);
}

function fieldSelector(text: string): Selects {
  const terms = text.split(",").filter((term) => term !== "")
    .map((term) => term.split(/==?/) as [string, string]);
  for (const [field] of terms) {
    if (!FIELDS.includes(field)) {
      throw badRequest(
        `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`,
      );
    }
  }
  return ({ metadata }) =>
    terms.every(([field, value]) => metadata[field.slice("metadata.".length)] === value);
}

function labelSelector(text: string): Selects {
  if (text.trim() === "") return () => true;
  const terms = text.split(",").map(labelTerm);
  return ({ metadata: { labels } }) =>
    terms.every(([key, isMet]) =>
      isMet(isObject(labels) && Object.hasOwn(labels, key) ? labels[key] : undefined)
    );
}

function labelTerm(text: string): [key: string, isMet: LabelTerm] {
  const [, not, key, operator, value] = LABEL_TERM.exec(text) ?? [];
  if (key === undefined || (not === "!" && operator !== undefined)) {
    throw badRequest(`unable to parse requirement: "${text}" is no label selector known here`);
  }
  if (operator === undefined) return [key, (label) => (label === undefined) === (not === "!")];
  return [key, (label) => (label === value) === (operator !== "!=")];
}
