import { type INestApplication, Injectable, NotFoundException, type Type } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

/** Builds the OpenAPI document of the operators' endpoints from their decorators and schemas. */
@Injectable()
export class OpenApiService {
  #application: { readonly app: INestApplication; readonly modules: Type[] } | undefined;
  #document: OpenAPIObject | undefined;

  /** Sets the modules whose endpoints are described. Call it after the application is created. */
  describe(app: INestApplication, modules: Type[]): void {
    this.#application = { app, modules };
  }

  /** Created on first use: most processes never need it. */
  get document(): OpenAPIObject {
    if (!this.#application) throw new NotFoundException('this application is not described');
    const { app, modules } = this.#application;
    const info = new DocumentBuilder()
      .setTitle("Operators' endpoints")
      .setDescription(
        'Inspects and controls a Kafka consumer service. Every change is written to the audit log.',
      )
      .setVersion('1')
      .addBearerAuth({ type: 'http', description: 'The token of OPS_TOKEN' })
      .build();
    return (this.#document ??= SwaggerModule.createDocument(app, info, { include: modules }));
  }
}
