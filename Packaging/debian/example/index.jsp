<%@ page language="java" contentType="text/html; charset=UTF-8" %><%
    // Each visit of a browser adds one, on whichever server it lands.
    Integer before = (Integer) session.getAttribute("count");
    int count = before == null ? 1 : before + 1;
    session.setAttribute("count", count);
%><!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="UTF-8">
    <title>Holdfast works</title>
    <style>
      body { font: 16px/1.5 system-ui, sans-serif; max-width: 40em; margin: 4em auto; padding: 0 1em; }
      td { padding: 0 1.5em 0.3em 0; }
      code { background: #8882; padding: 0 0.3em; border-radius: 3px; }
      :root { color-scheme: light dark; }
    </style>
  </head>
  <body>
    <h1>Holdfast works</h1>
    <p>This page came by <code>balancerd</code> from <code>sessiond</code>, and what it counts is in
       <code>cached</code>: restart any of them and load it again.</p>
    <table>
      <tr><td>Your visits</td><td id="count"><%= count %></td></tr>
      <tr><td>Your session</td><td><%= session.getId() %></td></tr>
      <tr><td>Since</td><td><%= session.getCreationTime() %></td></tr>
    </table>
    <p>It is <code>/var/lib/holdfast/sessiond/webapps/ROOT/index.jsp</code>; your applications go beside it.
       <code>ctl status</code> shows what runs, <code>ctl doctor</code> what could be better.</p>
  </body>
</html>
