export {
  CompositeExplainer,
  type CompositeInput,
  type CompositeInstance,
  type CompositeParts,
} from './composite-explainer.ts'
