/** Server-sent events out of a response: lines `data: JSON`, an empty line after each event; comments are left out. */

/** Calls `onEvent` with each event; rejects where the stream breaks off. */
export async function readEvents<Event>(
  body: ReadableStream<Uint8Array>,
  onEvent: (event: Event) => void,
): Promise<void> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    text += decoder.decode(value, { stream: true })
    let end = text.indexOf('\n\n')
    while (end >= 0) {
      const block = text.slice(0, end)
      text = text.slice(end + 2)
      if (block.startsWith('data: ')) onEvent(JSON.parse(block.slice(6)) as Event)
      end = text.indexOf('\n\n')
    }
  }
}
