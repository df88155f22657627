// Owns the metav1.Status bodies in which an API server says no, worded as the real one words them.
// Never decides when.

import { collectionOf, type Resource } from "./resources.ts";

/** Thrown inside a request and answered as its status; the store is unchanged then. */
export class ApiError extends Error {
  readonly code: number;
  readonly body: unknown;

  constructor(code: number, reason: string | undefined, message: string, details?: unknown) {
    super(message);
    this.code = code;
    this.body = statusBody({ code, reason, message, details });
  }
}

export function statusBody(
  o: { code: number; reason?: string | undefined; message: string; details?: unknown },
): Record<string, unknown> {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: o.message,
    ...(o.reason === undefined ? {} : { reason: o.reason }),
    ...(o.details === undefined ? {} : { details: o.details }),
    code: o.code,
  };
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, "BadRequest", message);
}

export function notFound(resource: Resource, name: string): ApiError {
  const message = `${collectionOf(resource)} "${name}" not found`;
  return new ApiError(404, "NotFound", message, pluralDetails(resource, name));
}

export function alreadyExists(resource: Resource, name: string): ApiError {
  const message = `${collectionOf(resource)} "${name}" already exists`;
  return new ApiError(409, "AlreadyExists", message, pluralDetails(resource, name));
}

export function conflict(resource: Resource, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${collectionOf(resource)} "${name}": ${why}`;
  return new ApiError(409, "Conflict", message, pluralDetails(resource, name));
}

export const MODIFIED =
  "the object has been modified; please apply your changes to the latest version and try again";

export interface FieldCause {
  readonly field: string;
  readonly message: string;
}

/** 422; the message names the resource where the object's strategy objects, else the kind. */
export function invalid(
  resource: Resource,
  name: string,
  { causes, named = "kind" }: { causes: readonly FieldCause[]; named?: "kind" | "plural" },
): ApiError {
  const kind = named === "kind" ? resource.kind : resource.plural;
  const lines = causes.map(({ field, message }) => `${field}: ${message}`);
  const text = lines.length === 1 ? lines[0] : `[${lines.join(", ")}]`;
  const dotted = resource.group === "" ? kind : `${kind}.${resource.group}`;
  return new ApiError(422, "Invalid", `${dotted} "${name}" is invalid: ${text}`, {
    name,
    group: resource.group,
    kind,
    causes: causes.map((cause) => ({ reason: "FieldValueInvalid", ...cause })),
  });
}

function pluralDetails({ group, plural }: Resource, name: string): Record<string, string> {
  return { name, group, kind: plural };
}
