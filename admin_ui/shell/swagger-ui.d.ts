// The little of Swagger UI that we use.
declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  interface Request {
    headers: Record<string, string>;
  }
  interface Options {
    domNode: HTMLElement;
    url: string;
    deepLinking?: boolean;
    docExpansion?: "list" | "full" | "none";
    filter?: boolean;
    defaultModelsExpandDepth?: number;
    displayRequestDuration?: boolean;
    validatorUrl?: string | null;
    plugins?: (() => object)[];
    requestInterceptor?: (request: Request) => Request;
  }
  export default function SwaggerUI(options: Options): unknown;
}
