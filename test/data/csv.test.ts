import fc from 'fast-check'
import Papa from 'papaparse'
import { describe, expect, it } from 'vitest'
import { DataError, OptionError } from '../../src/contract/errors.ts'
import { parseCsv } from '../../src/data/csv.ts'

function refusal(text: string, options = {}): DataError {
  try {
    parseCsv(text, { name: 'x.csv', ...options })
  } catch (error) {
    expect(error).toBeInstanceOf(DataError)
    return error as DataError
  }
  throw new Error('the text was accepted')
}

describe('parseCsv', () => {
  it('reads names, numbers and categories, and takes blanks off', () => {
    const table = parseCsv('age, job\n39, State-gov\n50.5, Private\n')
    expect(table.columnNames).toEqual(['age', 'job'])
    expect(table.rows).toEqual([
      [39, 'State-gov'],
      [50.5, 'Private'],
    ])
    expect(table.types).toEqual(['number', 'category'])
    expect(table.naming).toBe('file')
  })

  it('reads empty cells, ?, NA, NaN and null as missing, in both kinds of columns', () => {
    const table = parseCsv('a,b\n1,x\n, ?\nNA,null\nnan,NaN\n')
    expect(table.rows).toEqual([
      [1, 'x'],
      [null, null],
      [null, null],
      [null, null],
    ])
    expect(table.types).toEqual(['number', 'category'])
  })

  it('takes the words for missing values from the caller', () => {
    const table = parseCsv('a\n1\n-999\n', { missingValues: ['-999'] })
    expect(table.rows).toEqual([[1], [null]])
  })

  it('reads CRLF, a byte order mark, quoted delimiters and line breaks', () => {
    const table = parseCsv('\ufeffname,n\r\n"Braund, ""Owen""",1\r\n"two\r\nlines",2\r\n\r\n')
    expect(table.columnNames).toEqual(['name', 'n'])
    expect(table.rows).toEqual([
      ['Braund, "Owen"', 1],
      ['two\r\nlines', 2],
    ])
  })

  it.each([
    ['a;b\n1;2\n', ';'],
    ['a\tb\n1\t2\n', 'tab'],
    ['a|b\n1|2\n', '|'],
    ['"a,b";b\n1;2\n', '; outside of quotes'],
  ])('guesses the delimiter of %j: %s', (text) => {
    expect(parseCsv(text).rows).toEqual([[1, 2]])
  })

  it('reads decimal commas on request', () => {
    expect(parseCsv('a;b\n1,5;x\n', { decimal: ',' }).rows).toEqual([[1.5, 'x']])
  })

  it('finds that a file has no line of names where a column of numbers begins with one', () => {
    const table = parseCsv('39, State-gov\n50, Private\n')
    expect(table.naming).toBe('numbered')
    expect(table.columnNames).toEqual(['column 0', 'column 1'])
    expect(table.rows).toHaveLength(2)
  })

  it('takes the first line for names where all columns hold text', () => {
    expect(parseCsv('colour,size\nred,big\n').columnNames).toEqual(['colour', 'size'])
  })

  it('takes years above columns of numbers for names only when told', () => {
    expect(parseCsv('1990,1991\n1,2\n').naming).toBe('numbered')
    expect(parseCsv('1990,1991\n1,2\n', { header: true }).columnNames).toEqual(['1990', '1991'])
  })

  it("reads scikit-learn's own files, whose first line counts rows and columns and names the classes", () => {
    const table = parseCsv('2,2,malignant,benign\n17.99,10.38,0\n20.57,17.77,1\n')
    expect(table.naming).toBe('scikit-learn')
    expect(table.columnNames).toEqual(['feature 0', 'feature 1', 'target'])
    expect(table.targetNames).toEqual(['malignant', 'benign'])
    expect(table.rows[1]).toEqual([20.57, 17.77, 1])
  })

  it('takes names from the caller in place of those in the file', () => {
    const table = parseCsv('1,2\n3,4\n', { columnNames: ['a', 'b'] })
    expect(table.naming).toBe('caller')
    expect(table.rows).toHaveLength(2)
    expect(refusal('1,2\n', { columnNames: ['a'] }).message).toContain('one for each')
  })

  it('gives a name to a column that has none, such as the index that pandas writes', () => {
    expect(parseCsv(',a\n0,x\n').columnNames).toEqual(['column 0', 'a'])
  })

  it('keeps zip codes and identities past 2^53 as text, because reading them as numbers would change them', () => {
    const table = parseCsv('zip,id,big\n02139,9007199254740993,1e300\n10001,12,2\n')
    expect(table.types).toEqual(['category', 'category', 'number'])
    expect(table.rows[0]).toEqual(['02139', '9007199254740993', 1e300])
  })

  it('reads true and false as categories', () => {
    expect(parseCsv('a\ntrue\nFalse\n').types).toEqual(['category'])
  })

  it("lets the caller's word on a column's type win", () => {
    const table = parseCsv('class,n\n1,2\n3,4\n', { types: { class: 'category' } })
    expect(table.rows).toEqual([
      ['1', 2],
      ['3', 4],
    ])
    const error = refusal('a\n1\nx\n', { types: { a: 'number' } })
    expect(error.message).toMatch(/x\.csv, line 3, column "a": got "x", expected a number/)
    expect(refusal('age\n1\n', { types: { agee: 'number' } }).remedy).toBe('Did you mean age?')
  })

  it('names file and line of a row of another length, line breaks inside of quotes counted', () => {
    expect(refusal('a,b\n1,2\n"x\ny",3\n1,2,3\n').message).toContain(
      'x.csv, line 5: got 3 cells, expected 2',
    )
    expect(refusal('a,b\r\n\r\n1\r\n').message).toContain('line 3')
  })

  it.each([
    ['', 'an empty file'],
    ['\n\n', 'an empty file'],
    ['a,b\n', 'no rows'],
    ['a,b\n1,"2\n3,4\n', 'quote'],
    ['a,a\n1,2\n', 'the name "a"'],
    ['a,b\n1,inf\n2,3\n', 'expected a finite number'],
    ['a\n1\n-Infinity\n', 'line 3, column "a"'],
    ['a\n1\n1e999\n', 'finite'],
  ])('refuses %j: %s', (text, part) => {
    expect(refusal(text).message).toContain(part)
  })

  it('suggests the nearest option for one that does not exist', () => {
    expect(() => parseCsv('a\n1\n', { delimeter: ',' } as object)).toThrow(OptionError)
    expect(() => parseCsv('a\n1\n', { delimeter: ',' } as object)).toThrow(/delimiter\?/)
  })

  it('gives back every table of text that was written as CSV', () => {
    const cell = fc.string({ minLength: 1 }).map((text) => `x${text}y`)
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 }), (rows) => {
        const text = Papa.unparse([['first', 'second'], ...rows])
        expect(parseCsv(text, { delimiter: ',' }).rows).toEqual(rows)
      }),
    )
  })
})
