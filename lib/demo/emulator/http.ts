// Owns the emulator's HTTP: paths, parameters and content types to calls, outcomes to answers.
// Never decides what a write does: writes.ts.

import { discovery } from "./discovery.ts";
import { ApiError, badRequest, notFound, statusBody } from "./failure.ts";
import { keyOf, type Target } from "./preconditions.ts";
import { apiPathOf, apiVersionOf, collectionOf, type Resource } from "./resources.ts";
import { selectorOf } from "./selector.ts";
import type { JsonObject, Store, StoredObject } from "./store.ts";
import type { Watches } from "./watch.ts";
import type { WriteOptions, Writes, Written } from "./writes.ts";

export interface Served {
  readonly resources: readonly Resource[];
  readonly store: Store;
  readonly writes: Writes;
  readonly watches: Watches;
}

const JSON_TYPES = ["application/json", "*/*", ""];
const ACCESS_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

export async function answer(served: Served, request: Request): Promise<Response> {
  try {
    return await route(served, request);
  } catch (error) {
    if (error instanceof ApiError) return json(error.code, error.body);
    throw error;
  }
}

async function route(served: Served, request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  if (["/readyz", "/livez", "/healthz"].includes(pathname)) return new Response("ok");
  if (pathname === ACCESS_REVIEWS && request.method === "POST") {
    return json(201, { ...await readJson(request), status: { allowed: true } });
  }
  const found = discovery(served.resources, pathname);
  if (found !== undefined && request.method === "GET") return json(200, found);
  const place = locate(served.resources, pathname);
  // Also for a CustomResourceDefinition that is not installed: plain text, no metav1.Status.
  if (place === undefined) return new Response("404 page not found\n", { status: 404 });
  if (place.name === undefined) return await onCollection(served, request, { place, searchParams });
  const { namespace, name } = place;
  if (namespace === undefined) throw unknownEndpoint();
  return await onObject(served, request, {
    target: { ...place, namespace, name },
    searchParams,
  });
}

interface Place {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: "status" | undefined;
}

function locate(resources: readonly Resource[], pathname: string): Place | undefined {
  for (const resource of resources) {
    const prefix = `${apiPathOf(resource)}/`;
    if (!pathname.startsWith(prefix)) continue;
    const parts = pathname.slice(prefix.length).split("/").map(decodeURIComponent);
    const namespace = parts[0] === "namespaces" ? parts[1] : undefined;
    const [plural, name, subresource, ...more] = namespace === undefined ? parts : parts.slice(2);
    if (plural !== resource.plural) continue;
    const isStatus = subresource === "status" && resource.isCustom;
    if (more.length > 0 || (subresource !== undefined && !isStatus)) throw unknownEndpoint();
    return { resource, namespace, name, subresource: isStatus ? "status" : undefined };
  }
  return undefined;
}

interface CollectionCall {
  readonly place: Place;
  readonly searchParams: URLSearchParams;
}

async function onCollection(
  served: Served,
  request: Request,
  { place, searchParams }: CollectionCall,
): Promise<Response> {
  const { resource, namespace } = place;
  if (request.method === "POST" && namespace !== undefined) {
    const body = await readBody(request, JSON_TYPES);
    const target = { resource, namespace, name: "" };
    return written(served.writes.create(target, body, writeOptions(searchParams)));
  }
  if (request.method !== "GET") throw methodNotAllowed();
  const selects = selectorOf(searchParams);
  if (["1", "true"].includes(searchParams.get("watch") ?? "")) {
    const stream = served.watches.open({
      resource,
      namespace,
      selects,
      fromRevision: revisionOf(searchParams),
      allowBookmarks: searchParams.get("allowWatchBookmarks") === "true",
      timeoutSeconds: Number(searchParams.get("timeoutSeconds") ?? 0),
    });
    return new Response(stream, { headers: JSON_HEADERS });
  }
  const objects = served.store.list(collectionOf(resource), namespace).filter(selects);
  const items = resource.isCustom ? objects : objects.map(withoutKind);
  return json(200, {
    kind: `${resource.kind}List`,
    apiVersion: apiVersionOf(resource),
    metadata: { resourceVersion: String(served.store.revision) },
    items,
  });
}

/** The items of a typed list have none of their own. */
function withoutKind({ apiVersion: _, kind: __, ...item }: StoredObject): JsonObject {
  return item;
}

interface ObjectCall {
  readonly target: Target;
  readonly searchParams: URLSearchParams;
}

async function onObject(
  { store, writes }: Served,
  request: Request,
  { target, searchParams }: ObjectCall,
): Promise<Response> {
  const options = writeOptions(searchParams);
  switch (request.method) {
    case "GET": {
      const entry = store.get(keyOf(target));
      if (entry === undefined) throw notFound(target.resource, target.name);
      return json(200, entry.object);
    }
    case "PUT":
      return written(writes.replace(target, await readBody(request, JSON_TYPES), options));
    case "PATCH":
      return written(await patch(writes, request, { target, options }));
    case "DELETE": {
      if (target.subresource) throw methodNotAllowed();
      const { uid, left } = writes.remove(target, await readJson(request), options);
      if (left !== undefined) return json(200, left);
      const { group, plural } = target.resource;
      const details = { name: target.name, group, kind: plural, uid };
      return json(200, {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Success",
        details,
      });
    }
    default:
      throw methodNotAllowed();
  }
}

async function patch(
  writes: Writes,
  request: Request,
  { target, options }: { target: Target; options: WriteOptions },
): Promise<Written> {
  switch (mediaType(request)) {
    case "application/merge-patch+json":
      return writes.mergePatch(target, await readJson(request), options);
    case "application/apply-patch+yaml": // JSON is YAML; other YAML is not understood here
      return writes.apply(target, await readJson(request), options);
    default:
      throw new ApiError(
        415,
        "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include: application/merge-patch+json, application/apply-patch+yaml",
      );
  }
}

function writeOptions(searchParams: URLSearchParams): WriteOptions {
  return {
    dryRun: searchParams.get("dryRun") === "All",
    fieldManager: searchParams.get("fieldManager") ?? undefined,
    force: searchParams.get("force") === "true",
  };
}

function revisionOf(searchParams: URLSearchParams): number | undefined {
  const text = searchParams.get("resourceVersion") ?? "";
  if (text === "") return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw new ApiError(
    500,
    undefined,
    `resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`,
  );
}

async function readBody(request: Request, types: readonly string[]): Promise<unknown> {
  if (types.includes(mediaType(request))) return await readJson(request);
  throw new ApiError(
    415,
    "UnsupportedMediaType",
    "the body of the request was in an unknown format - accepted media types include: application/json",
  );
}

// deno-lint-ignore no-explicit-any -- the callers look into it field by field
async function readJson(request: Request): Promise<any> {
  const text = await readText(request);
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest(`json parse error: ${text.slice(0, 80)}`);
  }
}

/** A client that left in the middle of its body made a bad request, as it is for the real one. */
async function readText(request: Request): Promise<string> {
  try {
    return await request.text();
  } catch {
    throw badRequest("unexpected EOF"); // nobody reads this; it must not end as an error of ours
  }
}

function mediaType(request: Request): string {
  return (request.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
}

function unknownEndpoint(): ApiError {
  return new ApiError(404, "NotFound", "the server could not find the requested resource", {});
}

function methodNotAllowed(): ApiError {
  return new ApiError(
    405,
    "MethodNotAllowed",
    "the server does not allow this method on the requested resource",
    {},
  );
}

function written({ code, object }: Written): Response {
  return json(code, object);
}

// no-transform: a compressed watch would hold back its lines.
const JSON_HEADERS = {
  "content-type": "application/json",
  "cache-control": "no-cache, private, no-transform",
};

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: JSON_HEADERS });
}

/** For whoever answers in the emulator's place, such as a fault that a test injects. */
export function failureResponse(code: number, message: string): Response {
  return json(code, statusBody({ code, message }));
}
