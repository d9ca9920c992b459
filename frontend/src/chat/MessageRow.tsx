import { memo, type ReactNode } from "react";
import type { Message } from "../api/client.ts";
import { Markdown } from "../markdown/Markdown.tsx";
import { ReceiptList } from "./ReceiptList.tsx";
import { callsOf } from "./receipt.ts";

/** One message of a conversation. */
export const MessageRow = memo(function MessageRow({ message }: { message: Message }) {
  if (message.role === "user") return <UserRow text={message.content} />;
  return (
    <AssistantRow>
      <ReceiptList calls={callsOf(message)} />
      <Markdown text={message.content} />
    </AssistantRow>
  );
});

/** What the user said, as it was typed. */
export function UserRow({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <li className="flex flex-col items-end gap-1">
      <span className="sr-only">You said:</span>
      <p
        dir="auto"
        className="max-w-[88%] rounded-2xl rounded-ee-md bg-shade px-4 py-2 whitespace-pre-wrap"
      >
        {text}
      </p>
      {children}
    </li>
  );
}

export function AssistantRow({ children }: { children: ReactNode }) {
  return (
    <li>
      <span className="sr-only">Taskchat said:</span>
      {children}
    </li>
  );
}
