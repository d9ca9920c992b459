/** Why a request came to nothing, in words for people. */
export class Failure extends Error {
  override name = "Failure";
  /** The HTTP status; 0 where no answer came. */
  readonly status: number;
  readonly code: string | null;
  readonly retryAfterS: number | null;

  constructor(words: string, status = 0, code: string | null = null, retryAfterS?: number | null) {
    super(words);
    this.status = status;
    this.code = code;
    this.retryAfterS = retryAfterS ?? null;
  }

  /** Whether the same request may well be answered a little later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 409 || this.status === 429 || this.status >= 500;
  }
}

export const UNREACHABLE = "The server cannot be reached.";

/** Reads the error body of either surface; never throws. */
export async function failureOf(answer: Response): Promise<Failure> {
  let words = "";
  let code: string | null = null;
  try {
    const body: unknown = await answer.json();
    [words, code] = wordsIn(body);
  } catch {
    // No JSON: a proxy's page, perhaps.
  }
  if (!words) words = `The server answered with an error (${answer.status}).`;
  const after = Number(answer.headers.get("Retry-After"));
  return new Failure(words, answer.status, code, after > 0 ? after : null);
}

export function failureFrom(error: unknown): Failure {
  return error instanceof Failure ? error : new Failure(UNREACHABLE);
}

function wordsIn(body: unknown): [string, string | null] {
  if (!isObject(body)) return ["", null];
  const { error, detail } = body;
  if (isObject(error)) return [String(error.error_message ?? ""), String(error.error_code ?? "")];
  if (typeof detail === "string") return [sentence(detail), null];
  if (Array.isArray(detail)) {
    const first: unknown = detail[0];
    if (isObject(first)) return [sentence(`${first.field}: ${first.message}`), null];
  }
  return ["", null];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
