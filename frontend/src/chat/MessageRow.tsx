import { memo, type ReactNode } from "react";
import type { Message } from "../api/client.ts";
import { Markdown } from "../markdown/Markdown.tsx";
import { fullTime, whenWords } from "../state/due.ts";
import { ReceiptList } from "./ReceiptList.tsx";
import { callsOf } from "./receipt.ts";

/** One message of a conversation. */
export const MessageRow = memo(function MessageRow({ message }: { message: Message }) {
  const time = <MessageTime at={new Date(message.created_at)} />;
  if (message.role === "user") return <UserRow text={message.content}>{time}</UserRow>;
  return (
    <AssistantRow>
      <ReceiptList calls={callsOf(message)} />
      <Markdown text={message.content} />
      {time}
    </AssistantRow>
  );
});

/** What the user said, as it was typed. */
export function UserRow({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <li className="group relative flex flex-col items-end gap-1">
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
    <li className="group relative">
      <span className="sr-only">Taskchat said:</span>
      {children}
    </li>
  );
}

/** When it was said: between the messages, for whoever points there; without a pointer, always. */
function MessageTime({ at }: { at: Date }) {
  return (
    <time
      dateTime={at.toISOString()}
      title={fullTime(at)}
      className="absolute top-full text-xs leading-6 text-soft opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 [@media(hover:none)]:opacity-100"
    >
      {whenWords(at, false)}
    </time>
  );
}
