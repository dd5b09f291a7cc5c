import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { callCli, emptyFolder, fixture, runCli } from './run-cli.ts'

describe('sodalime', () => {
  it('tells its version', async () => {
    const { version } = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    )
    expect(await runCli(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  it.each([[[]], [['explain']]])('shows what there is, with code 2, for %j alone', async (args) => {
    const { code, stderr } = await callCli(args)
    expect(code).toBe(2)
    expect(stderr).toContain('Commands:')
  })

  it.each([
    [['--help']],
    [['explain', 'tabular', '--help']],
    [['inspect', '--help']],
    [['demo', '--help']],
  ])('shows examples for %j', async (args) => {
    const { code, stdout } = await callCli(args)
    expect(code).toBe(0)
    expect(stdout).toMatch(/Examples:[\s\S]*\$ sodalime/)
  })

  it('suggests the nearest command for one that does not exist', async () => {
    const { code, stderr } = await callCli(['inspekt', 'x.onnx'])
    expect(code).toBe(2)
    expect(stderr).toContain('Did you mean inspect?')
  })

  it('shows stacks only under SODALIME_DEBUG', async () => {
    const args = ['inspect', 'nope.onnx']
    expect((await callCli(args)).stderr).not.toContain('    at ')
    const debugged = await callCli(args, { SODALIME_DEBUG: '1' })
    expect(debugged.stderr).toContain('    at ')
    expect(debugged.code).toBe(4)
  })
})

describe('sodalime inspect', () => {
  const model = fixture('models/mixed-columns.onnx')

  it('shows inputs, outputs and classes', async () => {
    const { code, stdout } = await callCli(['inspect', model])
    expect(code).toBe(0)
    expect(stdout).toMatch(/inputs +colour {2}string\[\?, 1\]/)
    expect(stdout).toMatch(/classes +no, yes/)
    expect(stdout).toContain('size_m2')
  })

  it('prints JSON on request', async () => {
    const { stdout } = await callCli(['inspect', model, '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ classNames: ['no', 'yes'], task: 'classification' })
  })

  it('refuses a file that is no ONNX with code 4', async () => {
    const path = join(emptyFolder(), 'a.onnx')
    writeFileSync(path, 'hello')
    const { code, stderr, stdout } = await callCli(['inspect', path])
    expect([code, stdout]).toEqual([4, ''])
    expect(stderr).toContain('no ONNX model')
  })

  it('ends quietly when the reader of its output has gone', async () => {
    const command = `"$0" --import "$1" "$2" inspect "$3" --json | true; exit "\${PIPESTATUS[0]}"`
    const main = new URL('../../src/cli/main.ts', import.meta.url).pathname
    const args = ['-c', command, process.execPath, import.meta.resolve('tsx'), main, model]
    const child = spawn('bash', args)
    let stderr = ''
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect(stderr).toBe('')
    expect(code).toBe(0)
  })
})

describe('sodalime demo', () => {
  it('explains the packaged model in five features and writes its report where it was called', async () => {
    const cwd = emptyFolder()
    const { code, stdout, stderr } = await runCli(['demo'], { cwd })
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).toContain('Why malignant')
    expect(stdout.match(/^ {2}.*│.*[+−]0\.\d{3}$/gm)).toHaveLength(5)
    expect(readdirSync(cwd)).toEqual(['sodalime-demo.html'])
  })

  it('refuses rows and kinds that do not exist', async () => {
    const report = join(emptyFolder(), 'x.html')
    expect((await callCli(['demo', '--row', '569', '--html', report])).code).toBe(3)
    expect((await callCli(['demo', 'sound', '--html', report])).code).toBe(2)
  })
})
