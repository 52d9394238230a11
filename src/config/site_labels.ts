/** Keys of a site that travel as labels of its reports, so that a consumer without its sites knows them. */

type Labels = Readonly<Record<string, string>>;

const SEPARATOR = ", ";

/** Why a name cannot be one of several in a label; `undefined` when it can. */
export function parentProblem(name: string): string | undefined {
  return name.includes(SEPARATOR)
    ? "a site with a comma and a space in its name cannot be named here; rename it"
    : undefined;
}

/** The labels of a site with those that its keys become; the keys win. */
export function siteLabels({ labels, runbook, depends_on }: {
  readonly labels: Labels;
  readonly runbook?: string;
  readonly depends_on?: readonly string[];
}): Labels {
  return {
    ...labels,
    ...(runbook !== undefined && { runbook }),
    ...(depends_on !== undefined && { depends_on: depends_on.join(SEPARATOR) }),
  };
}

/** The sites that a site depends on. */
export function parentsOf(labels: Labels): readonly string[] {
  const named = Object.hasOwn(labels, "depends_on") ? labels.depends_on! : "";
  return named === "" ? [] : named.split(SEPARATOR);
}
