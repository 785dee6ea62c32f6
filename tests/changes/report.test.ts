import { describe, expect, it } from 'vitest';
import { compareTrees } from '../../src/changes/compare.ts';
import { type Changes, changesHtml, changesMarkdown, changesText } from '../../src/changes/report.ts';
import { fluxTree } from '../../src/manifests/flux/tree.ts';
import { readTree } from '../../src/manifests/tree.ts';
import { kustomization, manifestFilesOf, SMALL_TREE } from '../manifests/support.ts';

const APP = 'kubernetes/apps/web/site/app';

function objectsWith(more: string): ReturnType<typeof fluxTree>['objects'] {
  const texts = {
    ...SMALL_TREE,
    [`${APP}/kustomization.yaml`]: kustomization('gateway.yaml', 'route.yaml', 'service.yaml', 'more.yaml'),
    [`${APP}/more.yaml`]: more,
  };
  return fluxTree(readTree(manifestFilesOf(texts)).tree).objects;
}

function changes(before: string, after: string): Changes {
  return { before: 'main', after: 'files on disk', objects: compareTrees(objectsWith(before), objectsWith(after)) };
}

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: site
spec:
  replicas: 1
  selector:
    matchLabels:
      app: site
  template:
    spec:
      containers:
        - name: site
          image: ghcr.io/example/site:1.0.0
`;
const NEXT = DEPLOYMENT.replace('replicas: 1', 'replicas: 2')
  .replace('site:1.0.0', 'site:1.1.0')
  .replace('app: site', 'app: page');
const UPDATE = changes(DEPLOYMENT, NEXT);

describe('what changes, as text', () => {
  it('names objects by who applies them, with values, dangers and images', () => {
    expect(changesText(UPDATE)).toBe(`Kustomization web/site
  ~ Deployment web/site  ${APP}/more.yaml
      spec.replicas: 1 → 2
      spec.selector.matchLabels.app: "site" → "page"
      spec.template.spec.containers[0].image: "ghcr.io/example/site:1.0.0" → "ghcr.io/example/site:1.1.0"
    ! the API server refuses to change \`spec.selector\` of a Deployment: it has to be removed and made anew, or Flux be told to with the annotation kustomize.toolkit.fluxcd.io/force: enabled

Images and charts
  ghcr.io/example/site: 1.0.0 → 1.1.0

main → files on disk, 1 object: 1 changed
`);
  });

  it('says where nothing does', () => {
    expect(changesText(changes(DEPLOYMENT, DEPLOYMENT))).toBe('main → files on disk, no object changes\n');
  });
});

describe('what changes, for a comment', () => {
  it('has dangers and images first, and the lines of each object', () => {
    expect(changesMarkdown(UPDATE)).toBe(`### 1 object: 1 changed

\`main\` → \`files on disk\`

> [!WARNING]
> - **Deployment web/site**: the API server refuses to change &#96;spec.selector&#96; of a Deployment: it has to be removed and made anew, or Flux be told to with the annotation kustomize.toolkit.fluxcd.io/force: enabled

| image or chart | before | after |
| --- | --- | --- |
| \`ghcr.io/example/site\` | \`1.0.0\` | \`1.1.0\` |

#### Kustomization web/site

<details><summary>~ Deployment web/site <code>${APP}/more.yaml</code></summary>

\`\`\`diff
@@ -4,12 +4,12 @@
   name: site
   namespace: web
 spec:
-  replicas: 1
+  replicas: 2
   selector:
     matchLabels:
-      app: site
+      app: page
   template:
     spec:
       containers:
         - name: site
-          image: ghcr.io/example/site:1.0.0
+          image: ghcr.io/example/site:1.1.0
\`\`\`

</details>
`);
  });

  it('is cut where GitHub would refuse it, and says so', () => {
    const text = changesMarkdown(UPDATE, 700);
    expect(text.length).toBeLessThanOrEqual(700);
    expect(text).toContain('_Too long for a comment: 1 part is left out. `cluster-template diff` shows them all._');
  });

  it('takes what stands in manifests for text', () => {
    const config = (text: string): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\ndata:\n  a: '${text}'\n`;
    const markdown = changesMarkdown(changes(config('x'), config('``` </details> @everyone <img src=x>')));
    expect(markdown).toContain('\n````diff\n');
    expect(markdown.match(/<\/details>/g)).toHaveLength(2);
    const html = changesHtml(changes(config('x'), config('</pre><script>alert(1)</script>')));
    expect(html).toContain('&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).not.toContain('<script');
  });
});

describe('what changes, as a page', () => {
  it('loads and runs nothing', () => {
    const html = changesHtml(UPDATE);
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/https?:\/\/|<script/);
    expect(html).toContain('<span class="in">+  replicas: 2</span>');
    expect(html).toContain('<section class="danger">');
  });
});
