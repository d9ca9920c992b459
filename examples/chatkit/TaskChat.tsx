import { ChatKit, useChatKit } from "@openai/chatkit-react";

type Props = {
  /** Where Taskchat serves, without a slash at the end. */
  server: string;
  /** From registering this page's domain with ChatKit's maker. */
  domainKey: string;
  /** A token that Taskchat accepts: its own, or your issuer's. */
  getToken: () => Promise<string> | string;
};

export function TaskChat({ server, domainKey, getToken }: Props) {
  const { control, sendCustomAction } = useChatKit({
    api: {
      url: `${server}/chatkit`,
      domainKey,
      async fetch(input, init) {
        const headers = new Headers(init?.headers);
        headers.set("Authorization", `Bearer ${await getToken()}`);
        headers.set("Time-Zone", Intl.DateTimeFormat().resolvedOptions().timeZone);
        headers.set("Idempotency-Key", crypto.randomUUID());
        const send = () => fetch(input, { ...init, headers, credentials: "omit" });
        // The key is the same, so a message that had arrived is not answered twice.
        return send().catch((error) => (init?.signal?.aborted ? Promise.reject(error) : send()));
      },
    },
    history: { enabled: true, showDelete: true, showRename: true },
    threadItemActions: { feedback: false, retry: true },
    composer: { attachments: { enabled: false }, placeholder: "What is there to do?" },
    startScreen: {
      greeting: "What is there to do?",
      prompts: [
        { label: "Add a task", prompt: "Add a task to buy milk tomorrow" },
        { label: "Show my list", prompt: "What is on my list?" },
      ],
    },
  });

  // Hanging up stops nothing: the reply goes on, and is there at the next visit. This stops it.
  const stop = () => sendCustomAction({ type: "turn.cancel" });

  return (
    <div style={{ height: "40rem", width: "24rem" }}>
      <ChatKit control={control} style={{ height: "100%", width: "100%" }} />
      <button type="button" onClick={stop}>
        Stop
      </button>
    </div>
  );
}
