const KEPT_MS = 60_000;

/**
 * Hands an answer to the browser as a download, by the name that the server gives it.
 *
 * @throws TypeError where it broke off.
 */
export async function saveFile(answer: Response): Promise<void> {
  const told = answer.headers.get("Content-Disposition") ?? "";
  const url = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = /filename="([^"]+)"/.exec(told)?.[1] ?? "taskchat";
  link.click();
  // Some browsers begin to read it only later.
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}
