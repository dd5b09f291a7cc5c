/** A few choices of which one holds, as buttons in a row. */

export function Choices<Value extends string | number>({
  title,
  choices,
  value,
  onChoose,
}: {
  /** Read aloud. */
  readonly title: string
  readonly choices: readonly { readonly value: Value; readonly name: string }[]
  readonly value: Value | undefined
  readonly onChoose: (value: Value) => void
}) {
  return (
    <fieldset class="switch">
      <legend class="sr">{title}</legend>
      {choices.map((one) => (
        <button
          key={one.value}
          type="button"
          aria-pressed={one.value === value}
          onClick={() => onChoose(one.value)}
        >
          <bdi>{one.name}</bdi>
        </button>
      ))}
    </fieldset>
  )
}
