using Microsoft.Extensions.Hosting;

namespace SseAspire.AppHost;

/// <summary>What the services of this application have in common as Aspire resources.</summary>
internal static class ServiceResource
{
    /// <summary>Adds a service.</summary>
    public static IResourceBuilder<ProjectResource> AddService<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new()
    {
        var service = builder.AddProject<TProject>(name, launchProfileName: null).StartedFromBuildOutput();
        if (builder.ExecutionContext.IsPublishMode)
        {
            return service;
        }

        // Aspire takes the environment from a launch profile of the service, and these have none.
        return service
            .WithoutUnusedCertificate()
            .WithEnvironment("ASPNETCORE_ENVIRONMENT", builder.Environment.EnvironmentName)
            .WithEnvironment("DOTNET_ENVIRONMENT", builder.Environment.EnvironmentName)
            // The dashboard keeps 5,000 traces (launch profile): at this rate those of the last minutes, at any load.
            .WithEnvironment("Telemetry__MaxSpansPerSecond", "20");
    }

    /// <summary>
    /// Makes the service reachable for browsers: over HTTP, and under the launch profile <c>https</c> over
    /// TLS too, where HTTP/2 lifts a browser's limit of six connections a host.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithPublicEndpoints(
        this IResourceBuilder<ProjectResource> service, int port, int httpsPort)
    {
        var application = service.ApplicationBuilder;
        // In publish mode the platform's ingress chooses the ports.
        service.WithHttpEndpoint(application.ExecutionContext.IsPublishMode ? null : port);
        if (IsHttps(application))
        {
            service.WithHttpsEndpoint(httpsPort);
        }

        return service.WithExternalHttpEndpoints();
    }

    /// <summary>
    /// The address for browsers: the endpoint's in run mode. In publish mode the one that is set, or HTTPS at the host
    /// of the platform's ingress, which terminates TLS.
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

    /// <summary>Lets pages of this origin read the API from a browser.</summary>
    /// <remarks>
    /// By a callback: a direct reference would draw an arrow from the API to the front end, against the flow, in the
    /// dashboard's graph.
    /// </remarks>
    public static void WithCorsOrigin(this IResourceBuilder<ProjectResource> api, ReferenceExpression origin) =>
        api.WithEnvironment(context => context.EnvironmentVariables["Cors__Origins__0"] = origin);

    /// <summary>
    /// Declares where the service reports whether it is ready. The AppHost asks there. In publish mode the platform
    /// does, and asks at <c>/alive</c> whether to restart it.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithHealth(this IResourceBuilder<ProjectResource> service, string readiness)
    {
        const string Liveness = "/alive";
        if (service.ApplicationBuilder.ExecutionContext.IsRunMode)
        {
            // Over HTTP in the profile https too: an untrusted certificate would make the service unhealthy.
            return service.WithHttpHealthCheck(readiness, endpointName: "http");
        }

#pragma warning disable ASPIREPROBES001 // Publishers drop health checks, so probes are the only way to tell a platform.
        if (readiness != Liveness)
        {
            service.WithHttpProbe(ProbeType.Readiness, readiness, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3);
        }

        return service.WithHttpProbe(ProbeType.Liveness, Liveness, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6);
#pragma warning restore ASPIREPROBES001
    }

    /// <summary>Shows a named link to the service in the dashboard.</summary>
    public static IResourceBuilder<ProjectResource> WithLink(
        this IResourceBuilder<ProjectResource> service, string name, string path) =>
        service.WithUrls(context =>
        {
            // Aspire's own links are bare addresses: they stay in the details.
            foreach (var address in context.Urls.Where(url => string.IsNullOrEmpty(url.DisplayText)))
            {
                address.DisplayLocation = UrlDisplayLocation.DetailsOnly;
            }

            var endpoint = service.PublicEndpoint();
            context.Urls.Add(new ResourceUrlAnnotation { Url = endpoint.Url + path, DisplayText = name, Endpoint = endpoint });
        });

    /// <summary>
    /// Gives the resource no TLS certificate unless the launch profile is <c>https</c>: the dashboard would warn on every
    /// page of an untrusted certificate that nothing uses.
    /// </summary>
    public static IResourceBuilder<TResource> WithoutUnusedCertificate<TResource>(this IResourceBuilder<TResource> resource)
        where TResource : IResourceWithEnvironment, IResourceWithArgs
    {
#pragma warning disable ASPIRECERTIFICATES001 // The only way to opt out; evaluation only because the API may still change.
        return IsHttps(resource.ApplicationBuilder) ? resource : resource.WithoutHttpsCertificate();
#pragma warning restore ASPIRECERTIFICATES001
    }

    /// <summary>Whether the launch profile <c>https</c> is used.</summary>
    public static bool IsHttps(IDistributedApplicationBuilder application) =>
        application.ExecutionContext.IsRunMode && application.Configuration["DOTNET_LAUNCH_PROFILE"] == "https";

    private static EndpointReference PublicEndpoint(this IResourceBuilder<ProjectResource> service) =>
        service.GetEndpoint(IsHttps(service.ApplicationBuilder) ? "https" : "http");
}
