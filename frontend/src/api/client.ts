import { Failure, failureOf, UNREACHABLE } from "./failure.ts";
import type { components, paths } from "./schema.ts";
import type { TokenSource } from "./tokens.ts";

export type Schemas = components["schemas"];
export type Conversation = Schemas["Conversation"];
export type Message = Schemas["Message"];
export type Turn = Schemas["Turn"];
export type Task = Schemas["TaskRecord"];
export type Profile = Schemas["ProfileAnswer"];

type Method = "get" | "post" | "put" | "patch" | "delete";
type Operation<P extends keyof paths, M extends Method> = NonNullable<paths[P][M]>;
type Json<R> = R extends { content: { "application/json": infer J } } ? J : undefined;
type Answer<O> = O extends { responses: infer R }
  ? Json<R[Extract<keyof R, 200 | 201 | 202 | 204>]>
  : never;
/** Surface C puts its answers into an envelope. */
type Unwrapped<A> = A extends { data: infer D; error?: null } ? NonNullable<D> : A;
type Result<P extends keyof paths, M extends Method> = Unwrapped<Answer<Operation<P, M>>>;

export interface Asked {
  params?: Record<string, string | number>;
  query?: Record<string, string | number | null | undefined>;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

/** A message may wait 30 seconds for its turn before the answer begins. */
const LONGEST_WAIT_MS = 45_000;

/** Talks to a Taskchat server, for whoever its tokens speak for. */
export class Client {
  /** Called when the server knows us no more. */
  onSignedOut: () => void = () => undefined;
  private readonly base: string;
  private readonly tokens: TokenSource | null;

  /**
   * @param base where the server is; empty for the page's own origin.
   * @param tokens an outside issuer's tokens; null where the page's cookie speaks for its user.
   */
  constructor(base = "", tokens: TokenSource | null = null) {
    this.base = base;
    this.tokens = tokens;
  }

  /** Asks for JSON. @throws Failure */
  async ask<P extends keyof paths & string, M extends Method & keyof paths[P]>(
    method: M,
    path: P,
    asked: Asked = {},
  ): Promise<Result<P, M>> {
    const [body] = await this.askWithHeaders(method, path, asked);
    return body;
  }

  /** As `ask`, with what stands in the answer's headers. @throws Failure */
  async askWithHeaders<P extends keyof paths & string, M extends Method & keyof paths[P]>(
    method: M,
    path: P,
    asked: Asked = {},
  ): Promise<[Result<P, M>, Headers]> {
    const answer = await this.fetch(method, path, asked);
    if (answer.status === 204) return [undefined as Result<P, M>, answer.headers];
    const body: unknown = await answer.json();
    const isEnvelope = path.startsWith("/api/v1/");
    const result = isEnvelope ? (body as { data: unknown }).data : body;
    return [result as Result<P, M>, answer.headers];
  }

  /** The answer itself, where it is a good one. @throws Failure */
  async fetch(method: Method, path: string, asked: Asked = {}): Promise<Response> {
    let answer = await this.send(method, path, asked);
    if (answer.status === 401 && this.tokens !== null && (await this.tokens.renew())) {
      answer = await this.send(method, path, asked);
    }
    if (answer.ok) return answer;
    const failure = await failureOf(answer);
    if (answer.status === 401 && !path.startsWith("/auth/")) this.onSignedOut();
    throw failure;
  }

  private async send(method: Method, path: string, asked: Asked): Promise<Response> {
    const headers: Record<string, string> = { Accept: "application/json", ...asked.headers };
    headers["Time-Zone"] = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
    const token = await this.tokens?.token();
    if (token) headers.Authorization = `Bearer ${token}`;
    const options: RequestInit = { method: method.toUpperCase(), headers, cache: "no-store" };
    options.credentials = this.base === "" ? "same-origin" : "omit";
    // Only until the answer begins: what is streamed may take its time.
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), LONGEST_WAIT_MS);
    const signals = [patience.signal, asked.signal].filter((signal) => signal !== undefined);
    options.signal = AbortSignal.any(signals);
    if (asked.body !== undefined) {
      headers["Content-Type"] = "application/json";
      options.body = JSON.stringify(asked.body);
    }
    try {
      return await fetch(this.base + addressOf(path, asked), options);
    } catch (error) {
      if (asked.signal?.aborted) throw error;
      throw new Failure(UNREACHABLE);
    } finally {
      clearTimeout(timer);
    }
  }
}

function addressOf(path: string, { params = {}, query = {} }: Asked): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? ""),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") search.set(name, String(value));
  }
  return search.size > 0 ? `${filled}?${search}` : filled;
}
