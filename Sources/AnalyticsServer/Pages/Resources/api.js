/** @typedef {{ok: boolean, status: number, body: any, message: string}} Answer `message` is for people where not ok. */

/** What to say where the server does not. */
const texts = {
  0: "The server cannot be reached. Check your connection and try again.",
  403: "You may not do this.",
  404: "This is not there any more. Reload the page.",
  413: "This is too large.",
  503: "The server is busy. Try again in a moment.",
};

/**
 * Reads an answer of the API.
 * @param {number} status 0 where none came
 * @param {string} text the body
 * @param {string | null} retryAfter seconds
 * @returns {Answer}
 */
export function answer(status, text = "", retryAfter = null) {
  const ok = status >= 200 && status < 300;
  let body = null;
  try {
    body = text ? JSON.parse(text) : null;
  } catch {
    // A proxy in between answers with a page.
  }
  let message = "";
  if (status === 429) {
    message = `Too many requests. Try again ${retryAfter ? `in ${retryAfter} s` : "in a minute"}.`;
  } else if (!ok) {
    message = body?.message ?? texts[status] ?? `The server could not do this (${status}). Try again in a moment.`;
  }
  return { ok, status, body, message };
}

/** Goes to the login page, and from there back to this one. */
export function leave() {
  if (location.pathname !== "/login") {
    location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
}

/**
 * Asks the API; never throws.
 * @param {string} method
 * @param {string} path
 * @param {any} [body] sent as JSON
 * @param {{headers?: Record<string, string>, signal?: AbortSignal}} [options]
 * @returns {Promise<Answer>}
 */
export async function request(method, path, body, { headers, signal } = {}) {
  const init = { method, signal, cache: "no-store", headers: { Accept: "application/json", ...headers } };
  if (body !== undefined) {
    init.headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  try {
    const response = await fetch(path, init);
    const result = answer(response.status, await response.text(), response.headers.get("Retry-After"));
    if (result.status === 401) leave();
    return result;
  } catch {
    return answer(0);
  }
}

/** The member of a value that a path such as `data.user.name` names. */
export const member = (value, path) => path.split(".").reduce((at, name) => at?.[name], value);
