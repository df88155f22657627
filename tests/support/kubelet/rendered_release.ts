// Owns one release of the chart in a real API server, and its pods run as rendered.
// Never changes what was rendered: objects are applied, pods are made as the controller makes them.

import type { V1ObjectMeta, V1Pod, V1StatefulSet } from "@kubernetes/client-node";
import { expectStatus, type Json } from "../api_request.ts";
import type { RealApiServer } from "../apiserver.ts";
import { NODE_CHART, render } from "../helm.ts";
import { type Image } from "./container_run.ts";
import { RenderedPod } from "./rendered_pod.ts";
import type { Files } from "./volumes.ts";

const TOKEN_LIFE_SECONDS = 3_600;

export interface ReleaseOptions {
  readonly server: RealApiServer;
  /** As `render` has it. */
  readonly namespace: string;
  readonly dir: string;
  /** Arguments of `helm template`, such as --values and --set. */
  readonly helmArgs: readonly string[];
  readonly images: (name: string) => Image;
  readonly secrets: Readonly<Record<string, Files>>;
}

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: V1ObjectMeta;
  // deno-lint-ignore no-explicit-any -- objects of any kind
  readonly [field: string]: any;
}

export class RenderedRelease implements AsyncDisposable {
  readonly objects: readonly KubernetesObject[];
  readonly pods: RenderedPod[] = [];
  readonly #options: ReleaseOptions;

  private constructor(options: ReleaseOptions, objects: readonly KubernetesObject[]) {
    this.#options = options;
    this.objects = objects;
  }

  /** Applies everything and starts the pods of the StatefulSet. */
  static async start(options: ReleaseOptions): Promise<RenderedRelease> {
    const release = new RenderedRelease(options, await render(NODE_CHART, options.helmArgs));
    await options.server.createNamespace(options.namespace);
    for (const object of release.objects) await release.#apply(object);
    const { spec } = release.statefulSet;
    for (let ordinal = 0; ordinal < (spec?.replicas ?? 1); ordinal++) {
      release.pods.push(await release.startPod(ordinal));
    }
    return release;
  }

  get statefulSet(): V1StatefulSet {
    return this.#one("StatefulSet") as V1StatefulSet;
  }

  /** As the controller makes it: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/ */
  async startPod(ordinal: number): Promise<RenderedPod> {
    const { server, namespace, dir, images } = this.#options;
    const { metadata, spec } = this.statefulSet;
    const name = `${metadata?.name}-${ordinal}`;
    const claims = spec?.volumeClaimTemplates?.map((claim) => ({
      name: claim.metadata?.name ?? "",
      persistentVolumeClaim: { claimName: `${claim.metadata?.name}-${name}` },
    }));
    const template = spec?.template;
    const body = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { ...template?.metadata, name, namespace },
      spec: {
        ...template?.spec,
        hostname: name,
        nodeName: "this-machine",
        volumes: [...template?.spec?.volumes ?? [], ...claims ?? []],
      },
    };
    const answer = await server.request("POST", `/api/v1/namespaces/${namespace}/pods`, { body });
    expectStatus(201, answer);
    return await RenderedPod.start({
      pod: answer.body as V1Pod,
      dir: `${dir}/${name}`,
      server,
      images,
      sources: {
        secret: (secret) => Promise.resolve(this.#secret(secret)),
        configMap: (configMap) => this.#configMap(configMap),
        token: (seconds, audience) => this.#token(seconds, audience),
      },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.pods.map((pod) => pod[Symbol.asyncDispose]()));
  }

  #one(kind: string): KubernetesObject {
    const [found, ...more] = this.objects.filter((object) => object.kind === kind);
    if (found === undefined || more.length > 0) throw new Error(`Expected one ${kind}`);
    return found;
  }

  async #apply(object: KubernetesObject): Promise<void> {
    const { server, namespace } = this.#options;
    const { apiVersion, kind, metadata } = object;
    const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const { body } = await server.request("GET", group);
    const resource = body.resources?.find((r: Json) => r.kind === kind && !r.name.includes("/"));
    if (resource === undefined) throw new Error(`Cannot apply ${kind}: ${apiVersion} has none`);
    const scope = resource.namespaced ? `/namespaces/${metadata.namespace ?? namespace}` : "";
    const path = `${group}${scope}/${resource.name}/${metadata.name}`;
    const query = "?fieldManager=test&fieldValidation=Strict";
    expectStatus(
      [200, 201],
      await server.request("PATCH", path + query, {
        body: object,
        contentType: "application/apply-patch+yaml",
      }),
    );
  }

  #secret(name: string): Files {
    const files = this.#options.secrets[name];
    if (files === undefined) throw new Error(`Cannot mount Secret ${name}: there is none`);
    return files;
  }

  async #configMap(name: string): Promise<Files> {
    const { server, namespace } = this.#options;
    // Made by a controller in every namespace of a whole cluster.
    if (name === "kube-root-ca.crt") return { "ca.crt": server.caPem };
    const answer = await server.request(
      "GET",
      `/api/v1/namespaces/${namespace}/configmaps/${name}`,
    );
    expectStatus(200, answer);
    return answer.body.data ?? {};
  }

  async #token(expirationSeconds: number, audience: string | undefined): Promise<string> {
    const { server, namespace } = this.#options;
    const account = this.statefulSet.spec?.template.spec?.serviceAccountName;
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
    const spec = {
      expirationSeconds: Math.max(expirationSeconds, TOKEN_LIFE_SECONDS),
      ...(audience === undefined ? {} : { audiences: [audience] }),
    };
    const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec };
    const answer = await server.request("POST", path, { body });
    expectStatus(201, answer);
    return answer.body.status.token;
  }
}
