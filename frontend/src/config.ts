/** What the server told the page in its `<meta name="taskchat">`. */
export interface Config {
  /** Whether there are local accounts. */
  accounts: boolean;
  /** Whether anybody may make one. */
  sign_up: boolean;
  /** Where an outside issuer's token comes from. */
  token_url: string | null;
  sign_in_url: string | null;
  /** Whether the built-in assistant answers: rules, not an AI model. */
  embedded: boolean;
}

const nothing: Config = {
  accounts: true,
  sign_up: true,
  token_url: null,
  sign_in_url: null,
  embedded: false,
};

export function readConfig(): Config {
  const told = document.querySelector<HTMLMetaElement>('meta[name="taskchat"]')?.content ?? "{}";
  return { ...nothing, ...(JSON.parse(told) as Partial<Config>) };
}
