// Data that the page carries in its own <script> elements.

function bytes_of_base64(text) {
  const binary = atob(text.trim());
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

async function inflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).text();
}

/// The data of the element with this id: JSON as it stands, or base64 of zlib of JSON. Rejects when
/// there is no such element or its text is damaged.
export async function read_data(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no data '${id}'`);
  const text = element.textContent;
  return JSON.parse(
    element.dataset.encoding === "deflate-base64" ? await inflate(bytes_of_base64(text)) : text,
  );
}

export function has_data(id) {
  return Boolean(id) && document.getElementById(id) !== null;
}
