using Microsoft.Extensions.Hosting;

namespace SseAspire.AppHost;

/// <summary>What the services of this application have in common as Aspire resources.</summary>
internal static class ServiceResource
{
    /// <summary>Runs the service as Development where the AppHost runs as such.</summary>
    /// <remarks>Aspire takes the environment from a launch profile of the service, and these use none.</remarks>
    public static IResourceBuilder<ProjectResource> InTheEnvironmentOfTheAppHost(this IResourceBuilder<ProjectResource> service)
    {
        var application = service.ApplicationBuilder;
        return application.ExecutionContext.IsPublishMode
            ? service
            : service
                .WithEnvironment("ASPNETCORE_ENVIRONMENT", application.Environment.EnvironmentName)
                .WithEnvironment("DOTNET_ENVIRONMENT", application.Environment.EnvironmentName);
    }

    /// <summary>
    /// Makes the service reachable for browsers: over HTTP, and under the launch profile <c>https</c> over
    /// TLS too, where HTTP/2 lifts a browser's limit of six connections a host.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithPublicEndpoints(
        this IResourceBuilder<ProjectResource> service, int port, int httpsPort)
    {
        var application = service.ApplicationBuilder;
        // Where it is published, the platform's ingress chooses the ports.
        service.WithHttpEndpoint(application.ExecutionContext.IsPublishMode ? null : port);
        if (IsHttps(application))
        {
            service.WithHttpsEndpoint(httpsPort);
        }

        return service.WithExternalHttpEndpoints();
    }

    /// <summary>The endpoint that browsers are sent to.</summary>
    private static EndpointReference PublicEndpoint(this IResourceBuilder<ProjectResource> service) =>
        service.GetEndpoint(IsHttps(service.ApplicationBuilder) ? "https" : "http");

    /// <summary>
    /// The address that browsers are sent to: the endpoint's, and where it is published the one that is set, or
    /// HTTPS at the host that the platform's ingress gives it, which ends TLS.
    /// </summary>
    public static ReferenceExpression PublicUrl(this IResourceBuilder<ProjectResource> service, string? set)
    {
        var endpoint = service.PublicEndpoint();
        return service.ApplicationBuilder.ExecutionContext.IsRunMode
            ? ReferenceExpression.Create($"{endpoint.Property(EndpointProperty.Url)}")
            : set is null
                ? ReferenceExpression.Create($"https://{endpoint.Property(EndpointProperty.Host)}")
                : ReferenceExpression.Create($"{new Uri(set).GetLeftPart(UriPartial.Authority)}");
    }

    /// <summary>
    /// Says where the service tells whether it is ready: the AppHost asks it there, and where it is published the
    /// platform does, and at <c>/alive</c> whether it is to be restarted.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithHealth(this IResourceBuilder<ProjectResource> service, string readiness)
    {
        const string Liveness = "/alive";
        if (service.ApplicationBuilder.ExecutionContext.IsRunMode)
        {
            return service.WithHttpHealthCheck(readiness);
        }

#pragma warning disable ASPIREPROBES001 // Publishers drop health checks: nothing else tells a platform of them.
        if (readiness != Liveness)
        {
            service.WithHttpProbe(ProbeType.Readiness, readiness, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3);
        }

        return service.WithHttpProbe(ProbeType.Liveness, Liveness, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6);
#pragma warning restore ASPIREPROBES001
    }

    /// <summary>Shows a link to the service in the dashboard, under a name that says what is behind it.</summary>
    public static IResourceBuilder<ProjectResource> WithLink(
        this IResourceBuilder<ProjectResource> service, string name, string path) =>
        service.WithUrls(context =>
        {
            // The plain addresses that Aspire lists say less; they stay in the details.
            foreach (var address in context.Urls.Where(url => string.IsNullOrEmpty(url.DisplayText)))
            {
                address.DisplayLocation = UrlDisplayLocation.DetailsOnly;
            }

            var endpoint = service.PublicEndpoint();
            context.Urls.Add(new ResourceUrlAnnotation { Url = endpoint.Url + path, DisplayText = name, Endpoint = endpoint });
        });

    private static bool IsHttps(IDistributedApplicationBuilder application) =>
        application.ExecutionContext.IsRunMode && application.Configuration["DOTNET_LAUNCH_PROFILE"] == "https";
}
