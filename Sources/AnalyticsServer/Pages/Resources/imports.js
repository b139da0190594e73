import { answer, leave, request } from "./api.js";

/** @typedef {import("./api.js").Answer} Answer */

const path = "/api/v1/analytics/imports";

/** A second; later three, as requests are limited. */
const pause = (turn) => new Promise((resolve) => setTimeout(resolve, turn < 10 ? 1000 : 3000));

/**
 * Makes an import, which waits for its file.
 * @param {{name: string, format: string, dry_run?: boolean}} content
 * @param {{headers?: Record<string, string>}} [options]
 */
export const create = (content, options) => request("POST", path, content, options);

/** How an import is now. @param {number} id */
export const read = (id) => request("GET", `${path}/${id}`);

/** Takes an import back. @param {number} id */
export const remove = (id) => request("DELETE", `${path}/${id}`);

/**
 * Sends an import's file; XMLHttpRequest alone tells how much has gone.
 * @param {number} id
 * @param {string} type the file's media type
 * @param {XMLHttpRequestBodyInit} file
 * @param {(loaded: number, total: number) => void} [onProgress]
 * @returns {Promise<Answer>}
 */
export function put(id, type, file, onProgress) {
  return new Promise((resolve) => {
    const sender = new XMLHttpRequest();
    sender.open("PUT", `${path}/${id}/content`);
    sender.setRequestHeader("Content-Type", type);
    sender.setRequestHeader("Accept", "application/json");
    sender.upload.onprogress = ({ loaded, total }) => onProgress?.(loaded, total);
    sender.onloadend = () => {
      if (sender.status === 401) leave();
      resolve(answer(sender.status, sender.responseText, sender.getResponseHeader("Retry-After")));
    };
    sender.send(file);
  });
}

/**
 * Says how far an import is, again and again until its file is sent.
 * @param {number} id
 * @param {Promise<Answer>} sending
 * @param {(view: any) => void} onProgress
 */
export async function follow(id, sending, onProgress) {
  for (let turn = 0; !(await Promise.race([sending, pause(turn)])); turn += 1) {
    const { ok, body } = await read(id);
    if (ok && body.data.status === "running") onProgress(body.data);
  }
}

/**
 * How an import ended, asked for until it is known: where the answer to its file was lost, nothing else says it.
 * @param {number} id
 * @param {number} [turns] how often it is asked for
 * @returns {Promise<any>} null where it is gone, or has no end yet
 */
export async function end(id, turns = 600) {
  for (let turn = 0; turn < turns; turn += 1) {
    const { ok, status, body } = await read(id);
    if (ok && body.data.status !== "running") return body.data;
    if (status >= 400 && status < 500 && status !== 429) return null;
    await pause(turn);
  }
  return null;
}
