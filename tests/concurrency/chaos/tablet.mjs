// Sends photos with tus-js-client: `node tablet.mjs JOBS.json`, begins at a line on standard input, prints one JSON
// line for each job. It resumes until it is done, or gives up after so many tries.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { once } from 'node:events'

const { jobs, endpoint, atOnce, tries, stallMs } = JSON.parse(await readFile(process.argv[2], 'utf8'))
const tus = createRequire(new URL('../../npm/', import.meta.url))('tus-js-client')
const AGAIN = new Set([404, 409, 410, 422, 423, 429, 460]) // after 404, 410 and 422 it begins anew

async function send (job) {
  const data = await readFile(job.path)
  let retries = 0
  let spoiled = 0
  let moved = Date.now()
  const slice = (offset) => data.subarray(offset, Math.min(offset + job.chunk, data.length))
  const digest = (bytes) => 'sha256 ' + createHash('sha256').update(bytes).digest('base64')
  return await new Promise((resolve) => {
    const end = (ok, error) => {
      clearInterval(watch)
      resolve({ name: job.name, ok, retries, spoiled, error })
    }
    const upload = new tus.Upload(data, {
      endpoint,
      uploadUrl: job.url,
      uploadSize: data.length,
      chunkSize: job.chunk,
      uploadDataDuringCreation: job.duringCreation,
      overridePatchMethod: job.override,
      metadata: { sha256: job.sha256, inspection: job.inspection },
      headers: { Authorization: `Bearer ${job.token}`, 'X-Tablet': 'tus-js-client' },
      retryDelays: Array(tries).fill(60),
      onBeforeRequest: (request) => {
        const brings = request.getHeader('Content-Type') !== undefined
        if (job.checksum && brings) {
          const offset = Number(request.getHeader('Upload-Offset') ?? 0)
          request.setHeader('Upload-Checksum', digest(slice(offset)))
        }
      },
      onShouldRetry: (error) => {
        moved = Date.now()
        retries += 1
        const status = error.originalResponse ? error.originalResponse.getStatus() : 0
        if (status === 422) spoiled += 1
        return status < 400 || status >= 500 || AGAIN.has(status)
      },
      onProgress: () => { moved = Date.now() },
      onSuccess: () => end(true),
      onError: (error) => end(false, String(error))
    })
    // The library waits for ever for the rest of an answer that was cut.
    const watch = setInterval(() => {
      if (Date.now() - moved < stallMs) return
      moved = Date.now()
      retries += 1
      upload.abort().then(() => upload.start())
    }, 500)
    upload.start()
  })
}

await once(process.stdin, 'data')
const waiting = jobs.slice()
await Promise.all(Array.from({ length: atOnce }, async () => {
  for (let job = waiting.shift(); job; job = waiting.shift()) console.log(JSON.stringify(await send(job)))
}))
process.exit(0)
