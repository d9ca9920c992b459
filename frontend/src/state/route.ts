/** The conversation on show, in the address: `#c=UUID`. A reload, a bookmark or "back" shows it. */
export function routedConversation(): string | null {
  return new URLSearchParams(location.hash.slice(1)).get("c");
}

export function addressOf(conversationId: string | null): string {
  return conversationId === null ? "#" : `#c=${conversationId}`;
}

/** A new conversation got its id: the same page by its lasting address. */
export function replaceRoute(conversationId: string): void {
  history.replaceState(null, "", addressOf(conversationId));
}

/** Shows a conversation at once: what is written in the next moment is written there. */
export function goTo(conversationId: string | null): void {
  if (conversationId !== routedConversation()) {
    history.pushState(null, "", addressOf(conversationId));
  }
  // The browser's own event, after a change of `location.hash`, comes later than the next key may.
  window.dispatchEvent(new Event("hashchange"));
}
