import type { Task } from "../api/client.ts";

/** When something is due or was said, in few words: "today", "tomorrow, 17:00", "Friday", "3 Jan 2027". */
export function whenWords(due: Date, isAllDay: boolean, now = new Date()): string {
  const days = daysBetween(now, due);
  const time = isAllDay ? "" : `, ${format(due, { hour: "2-digit", minute: "2-digit" })}`;
  return dayWords(due, days, now) + time;
}

function dayWords(due: Date, days: number, now: Date): string {
  if (days === 0) return "today";
  if (days === 1) return "tomorrow";
  if (days === -1) return "yesterday";
  if (days > 1 && days < 7) return format(due, { weekday: "long" });
  const isThisYear = due.getFullYear() === now.getFullYear();
  const year = isThisYear ? {} : { year: "numeric" as const };
  return format(due, { day: "numeric", month: "short", ...year });
}

export function isOverdue(task: Task, now = new Date()): boolean {
  if (task.due_at === null || task.completed) return false;
  const due = new Date(task.due_at);
  return task.all_day ? daysBetween(now, due) < 0 : due < now;
}

/** A moment to the minute, with nothing left out. */
export function fullTime(moment: Date): string {
  return format(moment, { dateStyle: "full", timeStyle: "short" });
}

/** What a tool was told: an RFC 3339 time, a date, or words. */
export function saidDue(due: unknown, now = new Date()): string | null {
  if (typeof due !== "string" || due === "" || due === "none") return null;
  const day = /^(\d{4})-(\d\d)-(\d\d)$/.exec(due);
  if (day)
    return whenWords(new Date(Number(day[1]), Number(day[2]) - 1, Number(day[3])), true, now);
  const at = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(due) ? new Date(due) : null;
  return at === null || Number.isNaN(at.getTime()) ? due : whenWords(at, false, now);
}

/** For `<input type="date">` and `type="time"`, in the zone of the browser. */
export function dueFields(task: Task): { day: string; time: string } {
  if (task.due_at === null) return { day: "", time: "" };
  const due = new Date(task.due_at);
  const two = (number: number) => String(number).padStart(2, "0");
  const year = String(due.getFullYear()).padStart(4, "0");
  const day = `${year}-${two(due.getMonth() + 1)}-${two(due.getDate())}`;
  return { day, time: task.all_day ? "" : `${two(due.getHours())}:${two(due.getMinutes())}` };
}

/** The fields as the API takes them: a date alone, a time with its offset, or null. */
export function dueFrom(day: string, time: string): string | null {
  if (day === "") return null;
  return time === "" ? day : new Date(`${day}T${time}`).toISOString();
}

function daysBetween(from: Date, to: Date): number {
  const midnight = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((midnight(to) - midnight(from)) / 86_400_000);
}

function format(date: Date, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat("en-GB", options).format(date);
}
