const MAX_REMEMBERED = 10_000;

/** Makes something of an event type once and remembers it. */
export function perEventType<Made>(make: (type: string) => Made): (type: string) => Made {
  const known = new Map<string, Made>();
  return (type) => {
    const remembered = known.get(type);
    if (remembered !== undefined) return remembered;
    const made = make(type);
    // Bounded: whoever chooses event types at run time must not be able to fill the memory.
    if (known.size < MAX_REMEMBERED) known.set(type, made);
    return made;
  };
}
