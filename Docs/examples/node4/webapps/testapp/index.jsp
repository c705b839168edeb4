<%@ page language="java" contentType="text/html; charset=UTF-8" %>
<%-- Which node served this page, and the session it was served from. --%>
<!DOCTYPE html>
<html lang="en">
  <head>
    <title><%@ include file="node.jspf" %></title>
    <link rel="stylesheet" href="a.css">
  </head>
  <body>
    <h1>Served by <%@ include file="node.jspf" %></h1>
    <table>
      <tr>
        <td>Session ID</td>
        <td><%= session.getId() %></td>
      </tr>
      <tr>
        <td>Created on</td>
        <td><%= session.getCreationTime() %></td>
      </tr>
    </table>
    <p><a href="counter.jsp">Count</a>, <a href="values.jsp">values</a>, <a href="logout.jsp">end the session</a>.</p>
  </body>
</html>
