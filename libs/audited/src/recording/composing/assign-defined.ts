/** Sets a field unless there is nothing to set: absent fields of an event are absent, never `undefined`. */
export function assignDefined<Target extends object, Field extends keyof Target>(
  target: Target,
  field: Field,
  value: Target[Field] | undefined,
): void {
  if (value !== undefined) {
    target[field] = value;
  }
}
